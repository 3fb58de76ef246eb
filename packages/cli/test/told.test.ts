import { describe, expect, it } from "vitest";
import { errorOf, rowsOf, shop } from "./shop.ts";

interface Note {
  readonly kind: string;
  readonly text: string;
}
interface Report {
  readonly data: { readonly dataset: string };
  readonly notes: readonly Note[];
}

/** Daily rows; a change may return other fields. */
function days(
  header: string,
  fields: (day: number) => readonly unknown[],
  { from = 0, count = 60 }: { from?: number; count?: number } = {},
): string {
  const rows = Array.from({ length: count }, (_, i) => {
    const day = from + i;
    return [new Date(Date.UTC(2024, 0, 1 + day)).toISOString().slice(0, 10), ...fields(day)].join();
  });
  return `${[`date,${header}`, ...rows].join("\n")}\n`;
}

const notesOf = async (...args: string[]): Promise<readonly Note[]> =>
  (await shop.atc("backtest", ...args, "--json")).json<Report>().notes;
const textsOf = async (kind: string, ...args: string[]): Promise<readonly string[]> =>
  (await notesOf(...args)).filter((note) => note.kind === kind).map(({ text }) => text);
const wave = (day: number): number => 100 + (day % 7);

describe("a backtest tells", () => {
  it("that there is no open to fill at, and which column may be it", async () => {
    await shop.file(
      "closes.csv",
      days("close", (day) => [wave(day)]),
    );
    const told = "no column for the open: orders that would fill at the next open fill at the next close";
    expect(await textsOf("missingColumns", "closes.csv")).toEqual([told]);
    expect(await textsOf("missingColumns", "closes.csv", "--fill", "nextClose")).toEqual([]);
    await shop.file(
      "typo.csv",
      days("Opne,close", (day) => [wave(day + 1), wave(day)]),
    );
    expect(await textsOf("missingColumns", "typo.csv")).toEqual([
      `${told}; if "opne" is the open, give --columns open=opne`,
    ]);
    expect(await textsOf("missingColumns", "typo.csv", "--columns", "open=opne")).toEqual([]);
  });

  it.each(["2200-10-07", "0202-10-07"])("of the mistyped year in %s first, with the symbol", async (date) => {
    await shop.file("x.csv", days("open,close", (day) => [100, wave(day)]).replace("2024-02-01", date));
    const [first, ...rest] = await notesOf("x.csv", "--name", "d");
    expect(first?.kind).toBe("strayTimes");
    expect(first?.text).toMatch(new RegExp(`times before 1900 or after 2099.*: x has a row at ${date}$`));
    expect(rest.map(({ kind }) => kind)).toContain("order");
    const { stdout } = await shop.atc("data", "info", "d");
    expect(stdout).toContain(`mistyped year gives\n  x ${date}`);
  });

  it("of jumps that stay, with the largest, and not of the way back of a bad print", async () => {
    const close = (day: number): number => wave(day) * (day === 20 ? 100 : 1) * (day > 40 ? 0.5312345678 : 1);
    await shop.file(
      "x.csv",
      days("close", (day) => [close(day)]),
    );
    expect(await textsOf("jumps", "x.csv", "--name", "d")).toEqual([
      "1 close jumps and stays there: x 2024-02-11 from 105 to 56.3109",
    ]);
    const { stdout } = await shop.atc("data", "info", "d");
    expect(stdout).toMatch(/from 105 to 10600; it reverts within five rows\n {2}x 2024-02-11.*: from 105 to 56\.3109/);
    expect(stdout).toContain("1 of them comes back");
  });

  it("the name of the dataset, which data info takes as it takes the file", async () => {
    await shop.file(
      "x.csv",
      days("open,close", (day) => [100, wave(day)]),
    );
    const run = await shop.atc("backtest", "x.csv", "--json");
    const { dataset } = run.json<Report>().data;
    expect((await shop.atc("backtest", "x.csv")).stderr).toContain(`results from the cache in`);
    expect((await shop.atc("backtest", "x.csv")).stderr).toContain(`\ndataset ${dataset}`);
    const byName = await shop.atc("data", "info", dataset);
    expect((await shop.atc("data", "info", "x.csv")).stdout).toBe(byName.stdout);
    await shop.atc("ingest", "x.csv", "--name", "other");
    const several = errorOf(await shop.atc("data", "info", "x.csv", "--json"));
    expect(several.message).toContain(`name one of: other, ${dataset}`);
    await shop.file("y.csv", "");
    expect(errorOf(await shop.atc("data", "info", "y.csv", "--json")).code).toBe("ATC_NOT_FOUND");
  });

  it("how many bad rows it does not name", async () => {
    await shop.file(
      "x.csv",
      days("open,close", (day) => [100, day % 5 === 1 ? "x" : wave(day)]),
    );
    expect((await textsOf("badRows", "x.csv", "--bad-rows", "skip", "--name", "d"))[0]).toMatch(
      /^12 bad rows left out \(12 not a number\): .*; and 9 more$/,
    );
    const { stdout } = await shop.atc("data", "info", "d");
    expect(stdout).toContain("  and 4 more (--json lists the first 12)");
  });
});

describe("the advice to adjust", () => {
  it("is not given again after --no-adjust", async () => {
    await shop.file(
      "x.csv",
      days("Open,Close,Adj Close", (day) => [100, wave(day), 50]),
    );
    expect((await textsOf("reading", "x.csv")).join()).toContain("--adjust scales");
    expect((await textsOf("reading", "x.csv", "--no-adjust")).join()).not.toContain("--adjust scales");
  });
});

describe("bars of other bars", () => {
  it("keep what was found in the rows that they were made from", async () => {
    const csv = days("close,note", (day) => [day === 9 ? "x" : wave(day), "text"]);
    await shop.file("x.csv", csv);
    await shop.atc("ingest", "x.csv", "--bad-rows", "skip", "--name", "d");
    await shop.atc("data", "resample", "d", "--to", "1w", "--name", "w");
    await shop.atc("data", "resample", "w", "--to", "4w", "--name", "m");
    const found = [
      'of the rows it was made from: 1 bad row left out (1 not a number): line 11 close "x"',
      "of the rows it was made from: no column for the open: each bar opens at its first close",
    ];
    for (const name of ["w", "m"]) {
      expect((await notesOf(name)).map(({ text }) => text)).toEqual(expect.arrayContaining(found));
      const { stdout } = await shop.atc("data", "info", name);
      for (const text of found) expect(stdout).toContain(text);
    }
    expect((await shop.atc("data", "resample", "d", "--to", "1w", "--name", "w", "--json")).json()["reused"]).toBe(
      true,
    );
  });

  it("read files as the ingest does", async () => {
    await shop.file(
      "x.csv",
      days("Last,note", (day) => [day === 9 ? "x" : wave(day), "text"]),
    );
    const reading = ["--bad-rows", "skip", "--columns", "close=Last", "--csv-symbol", "S"];
    const made = await shop.atc("data", "resample", "x.csv", "--to", "1w", "--name", "w", ...reading, "--json");
    expect(made.json()).toMatchObject({ dataset: "w", rows: 9 });
    const written = await shop.atc("data", "export", "x.csv", "-o", "-", ...reading);
    expect(written.stdout.split("\n")).toHaveLength(61);
    expect(written.stdout).toMatch(/^S,/m);
  });

  it("sum dividends, but not their yields, and say how other columns were aggregated", async () => {
    await shop.file(
      "x.csv",
      days("close,Dividends,dividend_yield", (day) => [wave(day), day === 2 ? 0.5 : 0, 2]),
    );
    const { stdout } = await shop.atc("data", "resample", "x.csv", "--to", "1w", "--name", "w");
    expect(stdout).toContain("other columns: dividends=sum, dividend_yield=last (--aggregate changes it)");
    const [first = ""] = await rowsOf("w");
    expect(first.split(",").slice(6, 8)).toEqual(["0.5", "2"]);
  });
});

describe("a bad open", () => {
  it("is told although its high agrees with it, and not if the bar closes there", async () => {
    const header = "open,high,low,close";
    const bad = (close: number) => (day: number) => {
      const price = wave(day);
      return day === 30 ? [212, 212, 99, close] : [price, price + 1, price - 1, price];
    };
    await shop.file("x.csv", days(header, bad(104)));
    expect(await textsOf("openJumps", "x.csv", "--name", "d")).toEqual([
      "1 bar opens far from the close before and closes near it: x 2024-01-31 opens at 212 after a close of 101 and closes at 104; orders are filled at opens",
    ]);
    const { stdout } = await shop.atc("data", "info", "d");
    expect(stdout).toContain("x 2024-01-31T00:00:00.000Z: close before 101, open 212, close 104");
    await shop.file("y.csv", days(header, bad(200)));
    expect(await textsOf("openJumps", "y.csv")).toEqual([]);
  });
});

describe("an append", () => {
  it("keeps what the readings found, of every file", async () => {
    const rows = (day: number) => [day === 9 || day === 65 ? "x" : wave(day), "text"];
    await shop.file("a.csv", days("close,note", rows) + days("close,note", rows, { count: 2 }));
    await shop.file("b.csv", days("close,note", rows, { from: 60, count: 10 }));
    const reading = ["--bad-rows", "skip", "--csv-symbol", "S"];
    await shop.atc("ingest", "a.csv", "--name", "d", ...reading);
    const before = await notesOf("d");
    await shop.atc("data", "append", "d", "b.csv", ...reading);
    const texts = (await notesOf("d")).map(({ text }) => text);
    const kept = before.filter(({ kind }) => kind === "reading").map(({ text }) => text);
    expect(texts).toEqual(expect.arrayContaining(kept));
    expect(texts.join()).toMatch(
      /3 bad rows .*\(2 not a number, 1 without a readable time\): line 11 close "x"; .*b\.csv line 7 close "x"/,
    );
    expect(texts).toContain("2 rows with the symbol and time of another left out (keep-last)");
    expect(texts.filter((text) => text.includes("bad row"))).toHaveLength(1);
    const { stdout } = await shop.atc("data", "info", "d");
    for (const text of kept) expect(stdout).toContain(text);
  });

  it("does not advise to name a column that no option names", async () => {
    await shop.file(
      "a.csv",
      days("close,oi", (day) => [wave(day), 1]),
    );
    await shop.file(
      "b.csv",
      days("close", (day) => [wave(day)], { from: 60 }),
    );
    await shop.atc("ingest", "a.csv", "--name", "d", "--csv-symbol", "S");
    const { message } = errorOf(await shop.atc("data", "append", "d", "b.csv", "--csv-symbol", "S", "--json"));
    expect(message).toContain('its column "oi" is not in the files; give the files a column of that name');
  });
});

describe("weeks that begin on another day", () => {
  it("are refused, with the option", async () => {
    await shop.file(
      "x.csv",
      days("open,close", (day) => [100, wave(day)]),
    );
    await shop.atc("ingest", "x.csv", "--name", "d");
    await shop.atc("data", "resample", "d", "--to", "1w", "--week-start", "sunday", "--name", "w");
    const made = await shop.atc("data", "resample", "w", "--to", "2w", "--json");
    expect(errorOf(made).message).toContain("--week-start sunday");
    expect((await shop.atc("data", "resample", "w", "--to", "2w", "--week-start", "sunday")).code).toBe(0);
  });

  it("are refused if they are of a file with the dates of their Sundays", async () => {
    const rows = Array.from({ length: 20 }, (_, week) =>
      [new Date(Date.UTC(2024, 0, 7 + 7 * week)).toISOString().slice(0, 10), wave(week)].join(),
    );
    await shop.file("x.csv", ["date,close", ...rows].join("\n"));
    const made = await shop.atc("data", "resample", "x.csv", "--to", "1w", "--json");
    expect(errorOf(made).message).toContain("--week-start sunday");
  });
});

describe("bars with the times of their ends", () => {
  it("are not advised to be dates", async () => {
    await shop.file("x.csv", days("open,close", (day) => [100, wave(day)]).replaceAll(/^(2024-..-..)/gm, "$1T05:00Z"));
    await shop.atc("ingest", "x.csv", "--name", "d");
    await shop.atc("data", "resample", "d", "--to", "1d", "--label", "end", "--name", "ends");
    const run = await shop.atc("data", "resample", "ends", "--to", "1w", "--time-zone", "America/New_York", "--json");
    const { message } = errorOf(run);
    expect(message).toContain("--time-is instant");
    expect(message).not.toContain("--time-is date");
  });
});

describe("an append of a file without symbols", () => {
  it("is refused if its rows continue the only symbol, with the option for either", async () => {
    await shop.file(
      "c.csv",
      days("close", (day) => [wave(day)]),
    );
    await shop.file(
      "new.csv",
      days("close", (day) => [wave(day)], { from: 50, count: 20 }),
    );
    await shop.atc("ingest", "c.csv", "--name", "d");
    const before = await rowsOf("d");
    const { code, message } = errorOf(await shop.atc("data", "append", "d", "new.csv", "--json"));
    expect(code).toBe("ATC_INVALID_ARGUMENT");
    expect(message).toMatch(/give --csv-symbol c if they are its rows, or --csv-symbol new to add another symbol/);
    expect(await rowsOf("d")).toEqual(before);
    const same = await shop.atc("data", "append", "d", "new.csv", "--csv-symbol", "c", "--json");
    expect(same.json()).toMatchObject({ rows: 70, notes: [] });
    expect((await shop.atc("data", "append", "d", "new.csv", "--csv-symbol", "new")).code).toBe(0);
  });

  it("says that its name became a symbol if it may be another one", async () => {
    await shop.file(
      "c.csv",
      days("close", (day) => [wave(day)]),
    );
    await shop.file(
      "other.csv",
      days("close", (day) => [wave(day)]),
    );
    await shop.atc("ingest", "c.csv", "--name", "d");
    const { stdout } = await shop.atc("data", "append", "d", "other.csv");
    expect(stdout).toContain(
      '"other" was added because it is the name of its file; rows of another symbol of the dataset need --csv-symbol c',
    );
  });
});

describe("dates beside times of day in a zone", () => {
  const zone = ["--csv-symbol", "S", "--time-zone", "America/New_York"];
  const note = "dates are read as midnights of the time zone, because other rows have times of day";

  it.each([
    ["first", ["m1.csv", "m2.csv"]],
    ["last", ["m2.csv", "m1.csv"]],
  ])("are the same days if they come %s", async (_, files) => {
    await shop.file("m1.csv", "date,close\n2024-01-02,1\n2024-01-03,2\n");
    await shop.file("m2.csv", "date,close\n2024-01-03 00:00,2\n2024-01-04 00:00,3\n2024-01-04 10:00,4\n");
    expect((await shop.atc("ingest", ...files, "--name", "d", ...zone)).stdout).toContain(note);
    const rows = await rowsOf("d");
    expect(rows.map((row) => row.split(",")[1])).toEqual(
      ["02T05:00Z", "03T05:00Z", "04T05:00Z", "04T15:00Z"].map((time) => String(Date.parse(`2024-01-${time}`))),
    );
  });

  it("are the same days if they are appended to instants", async () => {
    await shop.file("m1.csv", "date,close\n2024-01-02,1\n2024-01-03,2\n");
    await shop.file("m3.csv", "date,close\n2024-01-03,2\n2024-01-04,3\n");
    const instants = [...zone, "--source-option", "timeIs=instant"];
    await shop.atc("ingest", "m1.csv", "--name", "d", ...instants);
    const { stdout } = await shop.atc("data", "append", "d", "m3.csv", ...zone);
    expect(stdout).toContain(note);
    expect(await rowsOf("d")).toHaveLength(3);
  });
});
