import { describe, expect, it } from "vitest";
import { aliasForm, columnAliases, matchColumns, otherColumns, plainName } from "../src/index.ts";

const source = "bars.x";

function match(names: string, options: Omit<Parameters<typeof matchColumns>[1], "source"> = {}) {
  return matchColumns(names.split(","), { source, ...options });
}

describe("names", () => {
  it.each([
    [" Close ", "close", "close"],
    ["<OPEN>", "open", "open"],
    ["< Vol >", "vol", "vol"],
    ["Open  Time", "open  time", "open_time"],
    ["a<b>", "a<b>", "a<b>"],
  ])("of %j is plainly %j, and as an alias %j", (name, plain, alias) => {
    expect([plainName(name), aliasForm(name)]).toEqual([plain, alias]);
  });
});

describe("quotes", () => {
  const quote = (name: string, bid: number, ask: number) => ({ name, bid, ask });

  it.each([
    ["time,bid,ask", "ticks", [quote("close", 1, 2)]],
    ["time,Ask,Bid,AskVolume,BidVolume", "ticks", [quote("close", 2, 1)]],
    ["sip_timestamp,ask_price,bid_price", "ticks", [quote("close", 2, 1)]],
    ["time,bid,ask,last", "ticks", [quote("close", 1, 2)]],
    ["date,BidClose,AskClose", "bars", [quote("close", 1, 2)]],
    ["time,bid.o,bid.c,ask.o,ask.c", "bars", [quote("open", 1, 3), quote("close", 2, 4)]],
    ["time,open_bid,close_bid,open_ask,close_ask", "bars", [quote("open", 1, 3), quote("close", 2, 4)]],
  ] as const)("of %s are %s", (names, kind, quotes) => {
    const found = match(names, { price: "auto" });
    expect([found.kind, found.quotes]).toEqual([kind, quotes]);
  });

  it("give way to a price, unless the option asks for a side", () => {
    for (const names of ["time,bid,ask,price", "time,bid,ask,close"])
      expect(match(names, { price: "auto" }).quotes).toBeUndefined();
    expect(match("time,bid,ask,price", { price: "mid" }).quotes).toEqual([quote("close", 1, 2)]);
    expect(match("time,bid,ask,price", { price: "bid" }).numbers).toEqual([{ name: "close", position: 1 }]);
    expect(match("time,bid,ask,price", { price: "ask" }).numbers).toEqual([{ name: "close", position: 2 }]);
  });

  it("are no price for a source that does not ask for them", () => {
    expect(() => match("time,bid,ask")).toThrow(/no column for a price/);
    expect(() => match("time,close", { price: "mid" })).toThrow(/no columns of bid and ask/);
    expect(() => match("time,bid", { price: "auto" })).toThrow(/no column for a price/);
  });

  it("are found by mapped names", () => {
    const { kind, quotes } = match("time,x,y,price", { price: "mid", columns: { bid: "x", ask: "y" } });
    expect([kind, quotes]).toEqual(["ticks", [quote("close", 1, 2)]]);
  });
});

describe("names in German and French", () => {
  it.each([
    ["Datum,Uhrzeit,Eröffnung,Hoch,Tief,Schlusskurs,Volumen", 1],
    ["Date,Heure,Ouverture,Plus haut,Plus bas,Clôture,Volume", 1],
    ["DATUM,ZEIT,EROEFFNUNG,HOCH,TIEF,SCHLUSS,STÜCK", 1],
    ["Date,Heure,Ouv,+ haut,+ bas,Clot,Vol", 1],
  ])("of %s", (names, clock) => {
    const found = match(names.normalize("NFD"));
    expect([found.kind, found.timestamp, found.clock]).toEqual(["bars", 0, clock]);
    expect(found.numbers.map(({ name, position }) => `${name} ${position}`)).toEqual([
      ...["open 2", "high 3", "low 4", "close 5", "volume 6"],
    ]);
  });

  it("do not repeat an alias of another column", () => {
    const all = Object.entries(columnAliases).flatMap(([column, names]) => (column === "clock" ? [] : names));
    expect(new Set(all).size).toBe(all.length);
    for (const name of all) expect(aliasForm(name)).toBe(name);
  });
});

describe("matchColumns", () => {
  it("finds the columns of bars in any order, case and spelling", () => {
    expect(match("Vol,C,Ticker,L,Date_Time,<O>,h")).toEqual({
      kind: "bars",
      symbol: 2,
      timestamp: 4,
      clock: undefined,
      numbers: [
        { name: "open", position: 5 },
        { name: "high", position: 6 },
        { name: "low", position: 3 },
        { name: "close", position: 1 },
        { name: "volume", position: 0 },
      ],
    });
  });

  it("reads price and size as ticks, unless the option kind or another price contradicts", () => {
    const ticks = match("ts,price,size");
    expect([ticks.kind, ticks.numbers]).toEqual([
      "ticks",
      [
        { name: "close", position: 1 },
        { name: "volume", position: 2 },
      ],
    ]);
    expect(match("ts,price,size", { kind: "bars" }).kind).toBe("bars");
    expect(match("ts,price,open").kind).toBe("bars");
  });

  it("prefers close to price, and volume to size", () => {
    expect(match("ts,price,close,size,volume").numbers).toEqual([
      { name: "close", position: 2 },
      { name: "volume", position: 4 },
    ]);
  });

  it("prefers the better alias of a time, and joins a time of day only with a date", () => {
    expect(match("date,timestamp,close").timestamp).toBe(1);
    expect(match("date,time,close")).toMatchObject({ timestamp: 0, clock: 1 });
    expect(match("timestamp,time,close")).toMatchObject({ timestamp: 0, clock: undefined });
  });

  it("maps the names of the option columns first, and uses no column twice", () => {
    const found = match("Kurs,Close,Tag", { columns: { close: "kurs", timestamp: "TAG" } });
    expect([found.timestamp, found.numbers]).toEqual([2, [{ name: "close", position: 0 }]]);
    const swapped = match("open,close,ts", { columns: { close: "open", open: "close" } });
    expect(swapped.numbers).toEqual([
      { name: "open", position: 1 },
      { name: "close", position: 0 },
    ]);
  });

  it.each([
    ["no time", "open,close", {}, "ATC_INVALID_DATA", /no column for a time/],
    ["no price", "ts,volume", {}, "ATC_INVALID_DATA", /no column for a price/],
    ["neither", "a,b", {}, "ATC_INVALID_DATA", /no column for a time .* and none for a price/],
    ["two columns of one name", "ts,close,CLOSE", {}, "ATC_INVALID_DATA", /two columns "close"/],
    ["a misspelt name", "timestamp,clsoe", {}, "ATC_INVALID_DATA", /is "clsoe" meant as "close"/],
    ["a mapped name that is missing", "ts,close", { close: "clos" }, "ATC_INVALID_ARGUMENT", /did you mean "close"/],
  ])("refuses %s", (_, names, columns, code, message) => {
    expect(() => match(names, { columns })).toThrow(
      expect.objectContaining({ code, message: expect.stringMatching(message) }),
    );
  });
});

describe("otherColumns", () => {
  it("keeps the others that are wanted, under names that none of ours has", () => {
    const names = "ts,close,Note,VOLUME2,note,price,Symbol,x".split(",");
    const matched = { ...matchColumns(names, { source }), symbol: undefined };
    const others = otherColumns(names, matched, (position) => names[position] !== "x");
    expect(others).toEqual([
      { name: "note", position: 2 },
      { name: "volume2", position: 3 },
      { name: "note.1", position: 4 },
      { name: "price", position: 5 },
      { name: "symbol.1", position: 6 },
    ]);
  });
});
