import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { type AtcError, isAtcError, type SourceSummary } from "@atc/contract";
import { afterAll, describe, expect, it } from "vitest";
import { type JsonOptions, json } from "../src/index.ts";

const directory = mkdtempSync(join(tmpdir(), "atc-json-forms-"));
afterAll(() => rmSync(directory, { recursive: true, force: true }));

interface Read {
  readonly kind: string;
  readonly times: readonly string[];
  readonly columns: Readonly<Record<string, readonly number[]>>;
  readonly notes: readonly string[];
  readonly timeIs: string | undefined;
  readonly summary: SourceSummary | undefined;
}

let count = 0;
async function read(document: unknown, options: JsonOptions = {}): Promise<Read> {
  const path = join(directory, `f${count++}.json`);
  writeFileSync(path, typeof document === "string" ? document : JSON.stringify(document));
  await using source = await json(path, options);
  const times: string[] = [];
  const found: Record<string, number[]> = {};
  const perMs = source.kind === "ticks" ? 1_000_000n : 1n;
  for await (const { columns } of source.chunks())
    for (const [name, values] of Object.entries(columns))
      if (name === "timestamp")
        for (const time of values) times.push(new Date(Number(BigInt(time) / perMs)).toISOString());
      else found[name] = [...(found[name] ?? []), ...Array.from<number | bigint, number>(values, Number)];
  return {
    kind: source.kind,
    times,
    columns: found,
    notes: source.notes ?? [],
    timeIs: source.timeIs,
    summary: source.summary(),
  };
}

async function failure(promise: Promise<unknown>): Promise<AtcError> {
  try {
    await promise;
  } catch (error) {
    if (isAtcError(error)) return error;
    throw error;
  }
  throw new Error("it did not fail");
}

const krakenRows = [
  [1704067200, "100.0", "101.0", "99.0", "100.5", "100.2", "12.5", 7],
  [1704070800, "100.5", "102.0", "100.0", "101.5", "101.1", "8.25", 5],
];
const kraken = { error: [], result: { XXBTZUSD: krakenRows, last: 1704070800 } };

describe("Kraken's OHLC", () => {
  it.each([
    ["with rowsAt", kraken, { rowsAt: "result.XXBTZUSD" }],
    ["without rowsAt, as the only array of rows", kraken, {}],
    ["without the object around it", krakenRows, {}],
    ["with bars without trades", [...krakenRows, [1704074400, "101.5", "101.5", "101.5", "101.5", "0", "0", 0]], {}],
  ])("has the volume after the average price: %s", async (_, document, options) => {
    const { columns, kind, times, notes } = await read(document, options);
    expect([kind, columns["volume"]?.slice(0, 2), columns["vwap"]?.slice(0, 2)]).toEqual([
      "bars",
      [12.5, 8.25],
      [100.2, 101.1],
    ]);
    expect(times[0]).toBe("2024-01-01T00:00:00.000Z");
    expect(notes.join()).toContain("Kraken's candles");
  });

  it("shows where the rows were found", async () => {
    expect((await read(kraken)).notes).toContain('the rows are those at "result.XXBTZUSD" (rowsAt)');
    expect((await read(kraken, { rowsAt: "result.XXBTZUSD" })).notes.join()).not.toContain("rowsAt");
  });

  it("keeps to names that are given", async () => {
    const columns = ["timestamp", "open", "high", "low", "close", "", "volume", ""];
    const { columns: found } = await read(kraken, { columns });
    expect(found["volume"]).toEqual([12.5, 8.25]);
    expect(found["vwap"]).toBeUndefined();
  });
});

describe("other rows of seven or eight elements", () => {
  const bar = (i: number, ...more: unknown[]): unknown[] => [1704067200000 + i * 60_000, 100, 102, 99, 101, ...more];

  it("have the volume in sixth place if it cannot be an average price (Bybit, MEXC)", async () => {
    expect((await read([bar(0, 5, 505), bar(1, 100.5, 10150)])).columns["volume"]).toEqual([5, 100.5]);
    const mexc = [bar(0, 5, 1704067259999, 505), bar(1, 100.5, 1704067319999, 10150)];
    expect((await read(mexc)).columns["volume"]).toEqual([5, 100.5]);
  });

  it.each([
    ["seven elements", [bar(0, 100.5, 12), bar(1, 101.5, 13)]],
    ["eight elements, times in ms", [bar(0, 100.5, 12, 3), bar(1, 101.5, 13, 4)]],
  ])("are refused if it may be one: %s", async (_, rows) => {
    const error = await failure(read(rows));
    expect([error.code, error.message]).toEqual([
      "ATC_INVALID_DATA",
      expect.stringMatching(/average price.*--columns timestamp/),
    ]);
    const columns = ["timestamp", "open", "high", "low", "close", "", "volume"];
    expect((await read(rows, { columns })).columns["volume"]).toEqual([12, 13]);
  });

  it("are Binance's if there are twelve, and what is not read is noted", async () => {
    const { columns, notes } = await read([bar(0, 100.5, 1704067259999, "1", 2, "3", "4", "0")]);
    expect(columns["volume"]).toEqual([100.5]);
    expect(notes).toContain("columns left out: the elements after the first 6");
  });
});

describe("trades", () => {
  const trades = [
    ["30243.40000", "0.34507674", 1688669597.827786, "b", "m", "", 61044952],
    ["30243.30000", "0.00376960", 1688669598.280456, "s", "l", "", 61044956],
  ];
  it.each([
    [
      "Kraken's, as arrays",
      { error: [], result: { XXBTZUSD: trades, last: "1688671969993150842" } },
      30243.4,
      0.34507674,
      "2023-07-06T18:53:17.827Z",
    ],
    [
      "Kraken's in older form, without a number",
      trades.map((row) => row.slice(0, 6)),
      30243.4,
      0.34507674,
      "2023-07-06T18:53:17.827Z",
    ],
    [
      "Binance's",
      [
        {
          id: 28457,
          price: "4.00000100",
          qty: "12.00000000",
          quoteQty: "48.000012",
          time: 1704067200123,
          isBuyerMaker: true,
          isBestMatch: true,
        },
      ],
      4.000001,
      12,
      "2024-01-01T00:00:00.123Z",
    ],
    [
      "Binance's aggregate ones, whose l is no low",
      [{ a: 26129, p: "0.01633102", q: "4.70443515", f: 27781, l: 27781, T: 1704067200123, m: true, M: true }],
      0.01633102,
      4.70443515,
      "2024-01-01T00:00:00.123Z",
    ],
    [
      "Coinbase's",
      [{ time: "2024-01-01T00:00:00.123456Z", trade_id: 74, price: "10.00000000", size: "0.01000000", side: "buy" }],
      10,
      0.01,
      "2024-01-01T00:00:00.123Z",
    ],
  ] as const)("are ticks: %s", async (_, document, price, size, time) => {
    const { kind, columns, times } = await read(document);
    expect([kind, columns["close"]?.[0], columns["volume"]?.[0], times[0]]).toEqual(["ticks", price, size, time]);
    expect(columns["low"]).toBeUndefined();
  });

  it("of another order are refused with the option that names them", async () => {
    const bitfinex = [
      [401597393, 1704067200123, 0.005, 7245.3],
      [401597394, 1704067200124, -0.1, 7245.4],
    ];
    const error = await failure(read(bitfinex));
    expect([error.code, error.message]).toEqual([
      "ATC_INVALID_DATA",
      expect.stringContaining("--columns price,size,timestamp"),
    ]);
    const named = await read(bitfinex, { columns: ["", "timestamp", "size", "price"] });
    expect([named.kind, named.columns["close"]]).toEqual(["ticks", [7245.3, 7245.4]]);
    expect((await failure(read([["7245.3", "0.1", 1704067200, "buy", "limit"]]))).message).toContain("--columns");
  });

  it("keep their columns if these are mapped", async () => {
    const document = [{ a: 1, p: "2", q: "3", f: 4, l: 5, T: 1704067200123, m: true }];
    const { kind, columns } = await read(document, { columns: { price: "p", size: "q" } });
    expect([kind, columns["close"], columns["volume"], columns["low"]]).toEqual(["ticks", [2], [3], undefined]);
  });
});

describe("an object with arrays of rows", () => {
  const rows = [[1704067200, 1, 4, 0.5, 2, 10]];
  it("is refused if there are two, with an option that works when it is pasted", async () => {
    const error = await failure(read({ "BTC/USD": rows, "it's": rows }));
    expect(error.message).toContain('"BTC/USD" and "it\'s"');
    expect(error.message).toContain("(--source-option rowsAt=BTC/USD)");
    expect((await failure(read({ "it's": rows, b: rows }))).message).toContain(
      String.raw`(--source-option 'rowsAt=it'\''s')`,
    );
    expect((await read({ "it's": rows, b: rows }, { rowsAt: "it's" })).times).toHaveLength(1);
  });

  it("is refused if the other one is behind the first MiB", async () => {
    const many = Array.from({ length: 60_000 }, (_, i) => [1704067200 + i, 1, 4, 0.5, 2, 10]);
    expect((await read({ data: { a: many }, note: '[[1,2]] \\"[{', last: [1, 2] })).times).toHaveLength(60_000);
    const error = await failure(read({ data: { a: many }, note: "x", more: { b: rows } }));
    expect([error.code, error.message]).toEqual(["ATC_INVALID_DATA", expect.stringContaining("another array of rows")]);
    expect((await read({ data: { a: many }, more: { b: rows } }, { rowsAt: "data.a" })).times).toHaveLength(60_000);
  });
});

describe("times", () => {
  it("may change their unit, which is noted with its row", async () => {
    const text = "[[1735686000000,100.5,101,99,100.2,12],\n[1735689600000000,100.2,101,99,100.9,13]]";
    const { times, summary } = await read(text);
    expect(times).toEqual(["2024-12-31T23:00:00.000Z", "2025-01-01T00:00:00.000Z"]);
    expect(summary?.notes).toEqual([
      { key: expect.stringContaining("us"), rows: 1, line: 2, text: "with a time in us instead of ms" },
    ]);
    const quoted = text.replaceAll(/(\d{13,})/g, '"$1"');
    expect((await read(quoted)).times).toEqual(times);
    expect((await read(quoted)).summary?.notes).toEqual(summary?.notes);
  });

  it("are not counted for rows that are left out", async () => {
    const text =
      '[[1735686000000,1,1,1,1,1],[1735689600000000,1,1,1,"x",1],[1735689600000000,1,1,1,null,1],[1735686001000,1,1,1,1,1]]';
    const { times, summary } = await read(text, { badRows: "skip" });
    expect([times.length, summary?.badRows, summary?.notes]).toEqual([2, 2, undefined]);
    expect((await read(text, { badRows: "nan" })).summary?.notes).toMatchObject([{ rows: 2 }]);
  });

  it("are refused if they may be other numbers, with the option that reads them", async () => {
    const error = await failure(
      read([
        { date: 45292, close: 1 },
        { date: 45293, close: 2 },
      ]),
    );
    expect([error.code, error.message]).toEqual(["ATC_INVALID_DATA", expect.stringContaining("timeUnit=excel")]);
    const { times } = await read([{ date: 45292, close: 1 }], { timeUnit: "excel" });
    expect(times).toEqual(["2024-01-01T00:00:00.000Z"]);
  });

  it("are read as in CSV files: any order that is given, escapes, blanks, exponents", async () => {
    const dates = ["31/01/2024", " 01/02/2024 ", "02\\/02\\/2024"]
      .map((date) => `{"date":"${date}","close":1}`)
      .join("\n");
    expect((await read(dates, { dateOrder: "dmy" })).times.map((time) => time.slice(0, 10))).toEqual([
      "2024-01-31",
      "2024-02-01",
      "2024-02-02",
    ]);
    expect((await failure(read(dates))).code).toBe("ATC_INVALID_DATA");
    expect((await read('{"t":1.7040672e9,"c":1}\n')).times).toEqual(["2024-01-01T00:00:00.000Z"]);
    const { times, notes } = await read([{ date: "2024-01-02", time: "9:30 PM", close: 1 }]);
    expect([times, notes.join()]).toEqual([["2024-01-02T21:30:00.000Z"], expect.stringContaining("no zone")]);
  });

  it("are dates if none has a time of day", async () => {
    expect(
      (
        await read([
          { date: "1927-12-30", close: 1 },
          { date: "2024-01-03", close: 2 },
        ])
      ).timeIs,
    ).toBe("date");
    expect((await read([{ date: 20240102, close: 1 }])).timeIs).toBe("date");
    expect((await read([{ date: "2024-01-02T00:00:00Z", close: 1 }])).timeIs).toBe("instant");
  });
});

it("refuses an object that names a member twice, and such a row as a bad row", async () => {
  const error = await failure(read('{"date":"2024-01-02","close":1,"close":2}\n'));
  expect([error.code, error.message]).toEqual(["ATC_INVALID_DATA", expect.stringContaining('two columns "close"')]);
  const later = '{"date":"2024-01-02","close":1}\n{"date":"2024-01-03","close":1,"close":2}\n';
  expect((await failure(read(later))).details).toMatchObject({ line: 2, reason: "fields" });
  expect((await read(later, { badRows: "skip" })).summary).toMatchObject({ rows: 1, badRows: 1 });
});

it("notes the members that are not read", async () => {
  const { notes } = await read([{ t: 1704067200, c: 1, exchange: "X", tags: [1] }]);
  expect(notes).toEqual(["columns left out: exchange, tags"]);
});

it("finds a time of day under another name beside dates", async () => {
  const rows = [
    { date: "2024-01-02", "time (ET)": "09:30", close: 1 },
    { date: "2024-01-02", "time (ET)": "09:31", close: 2 },
  ];
  const { times, notes } = await read(rows);
  expect(times).toEqual(["2024-01-02T09:30:00.000Z", "2024-01-02T09:31:00.000Z"]);
  expect(notes).toContain('times of day are those of the column "time (ET)"');
});
