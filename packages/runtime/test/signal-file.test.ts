import { mkdir, mkdtemp, rename, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { bindStrategy, hold } from "@atc/backtest";
import { isAtcError } from "@atc/contract";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { type BacktestFileOptions, type BacktestOutcome, backtestFile } from "../src/index.ts";

let cwd: string;

const symbols = ["AAA", "BBB", "CCC"];
const bars = 200;
const day = (i: number): string => new Date(Date.UTC(2023, 0, 1 + i)).toISOString().slice(0, 10);
const sets = {
  direction: ["direction"],
  weight: ["weight"],
  entries: ["longEntry", "longExit", "shortEntry", "shortExit"],
};
type SetName = keyof typeof sets;

/** What is decided at a bar, as texts; an empty one repeats the last. */
function decided(set: SetName, symbol: number, bar: number): readonly string[] {
  const seed = bar * 7 + symbol * 3;
  if (seed % 5 === 0) return sets[set].map(() => "");
  if (set === "direction") return [String((seed % 3) - 1)];
  if (set === "weight") return [String(((seed % 9) - 4) / 8)];
  return sets[set].map((_, column) => String((seed >> column) & 1));
}

const prices = (symbol: number, bar: number): string => {
  const close = 100 + 10 * Math.sin((bar + 40 * symbol) / (11 + symbol));
  return [close - 0.5, close + 1, close - 1, close].map((price) => price.toFixed(2)).join(",");
};

function table(columns: readonly string[], valuesOf: (symbol: number, bar: number) => readonly string[]): string {
  const rows = symbols.flatMap((name, symbol) =>
    Array.from({ length: bars }, (_, bar) => [name, day(bar), ...valuesOf(symbol, bar)].join(",")),
  );
  return `symbol,time,${columns.join(",")}\n${rows.join("\n")}\n`;
}

async function write(name: string, text: string): Promise<void> {
  await mkdir(dirname(join(cwd, name)), { recursive: true });
  await writeFile(join(cwd, name), text);
}

beforeEach(async () => {
  cwd = await mkdtemp(join(tmpdir(), "atc-signals-"));
  await write(
    "bars.csv",
    table(["open", "high", "low", "close"], (symbol, bar) => [prices(symbol, bar)]),
  );
  for (const set of Object.keys(sets) as SetName[]) {
    await write(
      `${set}.csv`,
      table(sets[set], (symbol, bar) => decided(set, symbol, bar)),
    );
    await write(
      `with-${set}.csv`,
      table(["open", "high", "low", "close", ...sets[set]], (symbol, bar) => [
        prices(symbol, bar),
        ...decided(set, symbol, bar),
      ]),
    );
  }
});
afterEach(() => rm(cwd, { recursive: true, force: true }));

async function run(
  config: Readonly<Record<string, unknown>>,
  given: BacktestFileOptions = {},
  data = "bars.csv",
): Promise<BacktestOutcome> {
  const options = { cwd, env: {}, onWarning: () => undefined, ...given };
  return await backtestFile(data, { ...options, config: { feeBps: 5, ...config } });
}

async function faultOf(
  config: Readonly<Record<string, unknown>>,
  given: BacktestFileOptions = {},
  data?: string,
): Promise<unknown> {
  try {
    await run(config, given, data);
  } catch (error) {
    return error;
  }
  return undefined;
}

/** Figures, directions and curves, without what names the run. */
function figuresOf({ report, result }: BacktestOutcome): object {
  const { portfolio, symbols: figures, contributions, skipped } = report;
  return {
    ...{ portfolio, figures, contributions, skipped },
    equity: result?.portfolio?.equity,
    directions: result?.symbols.map(({ directions }) => directions),
    fills: result?.account?.trades ?? result?.symbols.map(({ trades }) => trades),
  };
}

describe.each(Object.keys(sets) as SetName[])("decisions of a file with the set %s", (set) => {
  const signal = set === "direction" ? "strategy" : set;

  it.each(["separate", "shared"])("equal those of columns of the data, account: %s", async (account) => {
    const expected = figuresOf(await run({ strategy: "columns", signal, account }, {}, `with-${set}.csv`));
    for (const config of [
      { executor: "inline" },
      { executor: "worker", batchSize: 1, useMemoryMapped: true },
      { executor: "worker" },
    ])
      for (const cache of [false, true, true])
        expect(figuresOf(await run({ signals: `${set}.csv`, account, ...config }, { cache }))).toEqual(expected);
  });

  it("equal them in a period, and within a limit of bars", async () => {
    const period = { from: Date.UTC(2023, 2, 1), to: Date.UTC(2023, 5, 1) };
    for (const [config, given] of [
      [{}, { period }],
      [{ limit: 77 }, {}],
      [{ limit: 150 }, { period }],
    ] as const)
      expect(figuresOf(await run({ signals: `${set}.csv`, ...config }, given))).toEqual(
        figuresOf(await run({ strategy: "columns", signal, ...config }, given, `with-${set}.csv`)),
      );
  });

  it("decide what signal is, which the report shows", async () => {
    const { report } = await run({ signals: `${set}.csv` });
    expect(report.config).toMatchObject({ signal, signals: `${set}.csv` });
    expect(report.notes.filter(({ kind }) => kind === "signals")).toEqual([]);
  });
});

describe("a file of decisions", () => {
  it("may lack rows, which repeats the last decision; other times and symbols are counted and named", async () => {
    await write(
      "sparse.csv",
      [
        "time,symbol,direction",
        ...["2022-12-31,AAA,-1", "2023-01-03,AAA,1", "2022-11-30,AAA,0", "2023-01-06,AAA,", "2023-01-08,AAA,0"],
        ...["2023-01-04,BBB,-1", "2024-01-01,BBB,0", "2023-01-01,ZZZ,1"],
      ].join("\n"),
    );
    const { report, result } = await run({ signals: "sparse.csv" });
    const [aaa, bbb, ccc] = result?.symbols ?? [];
    expect([...(aaa?.directions.subarray(0, 9) ?? [])]).toEqual([0, 0, 1, 1, 1, 1, 1, 0, 0]);
    expect([...(bbb?.directions.subarray(0, 5) ?? []), bbb?.directions.at(-1)]).toEqual([0, 0, 0, -1, -1, -1]);
    expect(ccc?.directions.some((direction) => direction !== 0)).toBe(false);
    const notes = report.notes.filter(({ kind }) => kind === "signals");
    expect(notes.map(({ count }) => count)).toEqual([1, 3, 1]);
    expect(notes[0]?.text).toMatch(/sparse\.csv.*ZZZ/);
    expect(notes[1]?.text).toMatch(/3 of 7 rows.*AAA 2 \(first 2022-11-30\), BBB 1 \(first 2024-01-01\)/);
    expect(notes[2]?.text).toMatch(/no row.*CCC/);
  });

  it("names only the symbols of the run among those without a row", async () => {
    await write("one.csv", "time,symbol,direction\n2023-01-03,AAA,1\n");
    const { report } = await run({ signals: "one.csv" }, { symbols: ["AAA"] });
    expect(report.notes.filter(({ kind }) => kind === "signals")).toEqual([]);
  });

  it("needs no column of symbols if the run has one symbol", async () => {
    await write("plain.csv", "time,weight\n2023-01-03,0.5\n2023-01-05,0\n");
    const { result } = await run({ signals: "plain.csv" }, { symbols: ["BBB"] });
    expect([...(result?.symbols[0]?.directions.subarray(0, 6) ?? [])]).toEqual([0, 0, 1, 1, 0, 0]);
    expect(await faultOf({ signals: "plain.csv" })).toMatchObject({
      code: "ATC_INVALID_CONFIG",
      message: expect.stringMatching(/plain\.csv.*no column "symbol".*3 symbols.*--symbols AAA/),
    });
  });

  it("may have its columns in other spellings, an index of pandas, and times with zones", async () => {
    await write(
      "pandas.csv",
      ",long_entry,LongExit,short entry,SHORTEXIT\n2023-01-03 00:00:00+00:00,1,0,0,\n2023-01-05 01:00:00+01:00,,1,,0\n",
    );
    const { result } = await run({ signals: "pandas.csv" }, { symbols: ["AAA"] });
    expect([...(result?.symbols[0]?.directions.subarray(0, 6) ?? [])]).toEqual([0, 0, 1, 1, 1, 1]);
  });

  it("has local times in the zone in which the data is read", async () => {
    const times = Array.from({ length: 5 }, (_, i) => `2023-01-0${i + 2} 09:30`);
    await write("local.csv", `timestamp,close\n${times.map((time, i) => `${time},${10 + i}`).join("\n")}\n`);
    await write("local-signals.csv", `time,direction\n${times[1]},1\n`);
    const given = { sourceOptions: { timeZone: "America/New_York" } };
    const { result, report } = await run({ signals: "local-signals.csv" }, given, "local.csv");
    expect([...(result?.symbols[0]?.directions ?? [])]).toEqual([0, 1, 1, 1, 1]);
    expect(report.notes.filter(({ kind }) => kind === "signals")).toEqual([]);
  });

  it("may have times that name their zone beside data whose times do not", async () => {
    await write("local.csv", "timestamp,close\n2023-01-02 09:30,10\n2023-01-02 10:30,11\n2023-01-02 11:30,12\n");
    await write("zoned-signals.csv", "time,direction\n2023-01-02T15:30:00Z,1\n");
    const given = { sourceOptions: { timeZone: "America/New_York" } };
    const { result } = await run({ signals: "zoned-signals.csv" }, given, "local.csv");
    expect([...(result?.symbols[0]?.directions ?? [])]).toEqual([0, 1, 1]);
  });

  it("has local times in the zone in which the rows of a dataset were read, though UTC has bars at them too", async () => {
    const hours = Array.from({ length: 24 }, (_, hour) => `2023-01-02 ${String(hour).padStart(2, "0")}:00`);
    await write("hours.csv", `timestamp,close\n${hours.map((time, i) => `${time},${10 + i}`).join("\n")}\n`);
    await write("hour-signals.csv", "time,direction\n2023-01-02 08:00,1\n2023-01-02 10:00,0\n");
    const zone = { sourceOptions: { timeZone: "America/New_York" } };
    const read = await run({ signals: "hour-signals.csv" }, { ...zone, name: "hours-of-new-york" }, "hours.csv");
    const stored = await run({ signals: "hour-signals.csv" }, {}, "hours-of-new-york");
    expect([...(read.result?.symbols[0]?.directions ?? [])].indexOf(1)).toBe(8);
    expect(figuresOf(stored)).toEqual(figuresOf(read));
  });

  it("decides at midnights of the data's zone if all its rows are dates and the bars are hours", async () => {
    const hours = Array.from({ length: 48 }, (_, i) => new Date(Date.UTC(2023, 0, 2, i)).toISOString().slice(0, 19));
    await write("hours.csv", `timestamp,close\n${hours.map((time, i) => `${time},${10 + i}`).join("\n")}\n`);
    await write("dates.csv", "time,direction\n2023-01-03,1\n");
    await write("midnights.csv", "time,direction\n2023-01-03 00:00:00-05:00,1\n");
    const given = { sourceOptions: { timeZone: "America/New_York" } };
    const dates = await run({ signals: "dates.csv" }, given, "hours.csv");
    expect([...(dates.result?.symbols[0]?.directions ?? [])].indexOf(1)).toBe(24);
    const midnights = await run({ signals: "midnights.csv" }, {}, "hours.csv");
    expect([...(midnights.result?.symbols[0]?.directions ?? [])].indexOf(1)).toBe(29);
  });

  it("starts at the folder of the configuration file, and at the working directory for an option", async () => {
    await write("project/atc.yaml", "signals: ./decided/weight.csv\n");
    await write("project/decided/weight.csv", "time,symbol,weight\n2023-01-03,AAA,1\n");
    const options = { cwd, env: {}, configFile: join(cwd, "project/atc.yaml"), onWarning: () => undefined };
    const fromFile = await backtestFile("bars.csv", options);
    expect(fromFile.report.config).toMatchObject({ signal: "weight" });
    const fromFlag = await backtestFile("bars.csv", { ...options, flags: { signals: "direction.csv" } });
    expect(fromFlag.report.config).toMatchObject({ signal: "strategy" });
  });
});

describe("the cache", () => {
  it("has the results of a file that was renamed, moved or sorted, and none of one that was edited", async () => {
    const cached = async (signals: string): Promise<boolean> =>
      (await run({ signals }, { curves: false, symbols: ["AAA", "BBB"] })).cached;
    expect(await cached("weight.csv")).toBe(false);
    expect(await cached("weight.csv")).toBe(true);
    await mkdir(join(cwd, "elsewhere"));
    await rename(join(cwd, "weight.csv"), join(cwd, "elsewhere/other.csv"));
    expect(await cached("elsewhere/other.csv")).toBe(true);
    const text = table(["weight"], (symbol, bar) => decided("weight", symbol, bar));
    const [header, ...rows] = text.trim().split("\n");
    await write("reversed.csv", `${header}\n${rows.toReversed().join("\n")}\n`);
    expect(await cached("reversed.csv")).toBe(true);
    await write("edited.csv", text.replace(/^(BBB,2023-02-03),.*$/m, "$1,0.99"));
    expect(await cached("edited.csv")).toBe(false);
  });

  it("has the results of the other symbols of an edited file", async () => {
    const config = { signals: "direction.csv", batchSize: 1 };
    expect((await run(config)).cachedSymbols).toBe(0);
    const text = table(["direction"], (symbol, bar) => decided("direction", symbol, bar));
    await write(
      "direction.csv",
      text.replace(/^(BBB,2023-02-03),.*$/m, (_, place) => `${place},1`).replace(/^(BBB,2023-02-04),.*$/m, "$1,-1"),
    );
    const edited = await run(config);
    expect(edited.cachedSymbols).toBe(2);
  });
});

describe("a fault", () => {
  const rows = (aaa: string): string => `time,symbol,direction\n2023-01-02,BBB,1\n\n2023-01-03,AAA,${aaa}\n`;

  it.each([
    ["a direction of 2", rows("2"), /faulty\.csv" line 4: symbol "AAA" has the direction "2"/],
    ["a word", rows("up"), /line 4: symbol "AAA" has the direction "up"; write -1/],
    [
      "an infinite weight",
      rows("inf").replace("direction", "weight"),
      /line 4: symbol "AAA" has the weight "inf"; write a finite/,
    ],
    [
      "two rows of a time",
      `${rows("1")}2023-01-05,AAA,1\n2023-01-03,AAA,1\n`,
      /line 6: symbol "AAA" has two rows at 2023-01-03T.*line 4/,
    ],
  ])("of a symbol is listed with its line, and the others are computed: %s", async (_, text, message) => {
    await write("faulty.csv", text);
    for (const config of [{ executor: "inline" }, { executor: "worker", batchSize: 1 }, { account: "shared" }]) {
      const { report } = await run({ signals: "faulty.csv", ...config });
      expect(report.skipped).toEqual([
        { symbol: "AAA", code: "ATC_INVALID_ARGUMENT", reason: expect.stringMatching(message) },
      ]);
      expect([...report.symbols, ...(report.contributions ?? [])].map(({ symbol }) => symbol)).toEqual(["BBB", "CCC"]);
    }
  });

  it.each([
    [
      "a word for a time",
      `${rows("1")}soon,AAA,1
`,
      "ATC_INVALID_DATA",
      /faulty\.csv" line 5.*"soon".*correct it$/,
    ],
    [
      "a row of two fields",
      `${rows("inf")}2023-01-09,AAA
`,
      "ATC_INVALID_DATA",
      /faulty\.csv" line 4.*"inf".*correct it$/,
    ],
    ["no time", "symbol,direction\nAAA,1\n", "ATC_INVALID_DATA", /faulty\.csv" has no column for a time/],
    [
      "no column of decisions",
      "time,symbol,close\n2023-01-03,AAA,1\n",
      "ATC_INVALID_CONFIG",
      /no column of decisions.*direction, or weight/,
    ],
    [
      "a part of the entries",
      "time,symbol,longEntry,longExit\n2023-01-03,AAA,1,0\n",
      "ATC_INVALID_CONFIG",
      /longEntry, longExit.*needs/,
    ],
    ["a column twice", "time,symbol,weight,Weight\n2023-01-03,AAA,1,0\n", "ATC_INVALID_DATA", /two columns "weight"/],
  ])("of the file ends the run: %s", async (_, text, code, message) => {
    await write("faulty.csv", text);
    expect(await faultOf({ signals: "faulty.csv" })).toMatchObject({ code, message: expect.stringMatching(message) });
  });

  it("is a file that does not exist, or is a folder", async () => {
    expect(await faultOf({ signals: "none-such.csv" })).toMatchObject({
      code: "ATC_NOT_FOUND",
      message: expect.stringMatching(/signals is "none-such\.csv"/),
    });
    expect(await faultOf({ signals: "." })).toMatchObject({ code: "ATC_INVALID_ARGUMENT" });
  });

  it("is a strategy or parameters beside it", async () => {
    for (const [config, given, what] of [
      [{ strategy: "hold" }, {}, /strategy "hold".*--signals none/],
      [{ parameters: { fast: 3 } }, {}, /parameters/],
      [{}, { strategy: bindStrategy(hold) }, /a strategy in code/],
    ] as const) {
      const fault = await faultOf({ signals: "direction.csv", ...config }, given);
      expect(isAtcError(fault, "ATC_INVALID_CONFIG")).toBe(true);
      expect(String(fault)).toMatch(what);
    }
  });

  it("is a choice of several sets that signal does not make", async () => {
    await write("both.csv", "time,symbol,direction,weight\n2023-01-03,AAA,1,-0.5\n");
    expect(await faultOf({ signals: "both.csv" })).toMatchObject({
      code: "ATC_INVALID_CONFIG",
      message: expect.stringMatching(/signal: strategy for direction; signal: weight for weight/),
    });
    expect(await faultOf({ signals: "direction.csv", signal: "weight" })).toMatchObject({
      code: "ATC_INVALID_CONFIG",
      message: expect.stringMatching(/signal is weight, but it has the columns direction/),
    });
    for (const [signal, direction] of [
      ["strategy", 1],
      ["weight", -1],
    ] as const) {
      const { result } = await run({ signals: "both.csv", signal });
      expect(result?.symbols[0]?.directions[2]).toBe(direction);
    }
  });
});

it("warns if a shared account divides weights because nobody set how", async () => {
  const warningsOf = async (config: Readonly<Record<string, unknown>>): Promise<readonly string[]> => {
    const warnings: string[] = [];
    await run({ account: "shared", ...config }, { onWarning: (message) => warnings.push(message) });
    return warnings.filter((message) => message.includes("weights is equal"));
  };
  expect(await warningsOf({ signals: "weight.csv" })).toEqual([expect.stringMatching(/1\/3 of the.*--weights full/)]);
  expect(await warningsOf({ signals: "weight.csv", weights: "full" })).toEqual([]);
  expect(await warningsOf({ signals: "weight.csv", weights: "equal" })).toEqual([]);
  expect(await warningsOf({ signals: "weight.csv", account: "separate" })).toEqual([]);
  expect(await warningsOf({ signals: "direction.csv" })).toEqual([]);
});
