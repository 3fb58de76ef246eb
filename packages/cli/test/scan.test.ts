import { readdir, readFile } from "node:fs/promises";
import { join } from "node:path";
import { averageKinds } from "@atc/contract";

import { tableFromIPC } from "apache-arrow";
import { beforeEach, describe, expect, it } from "vitest";
import { compute } from "../../signals/src/index.ts";
import { barsCsv } from "./atc.ts";
import { errorOf, shop } from "./shop.ts";

interface State {
  readonly symbol: string;
  readonly bars: number;
  readonly time: string;
  readonly close: number;
  readonly averageSignal: number | null;
  readonly direction: number;
  readonly since: string | null;
  readonly strongest: readonly string[];
  readonly kinds: readonly { readonly kind: string; readonly weight: number | null; readonly part: number }[];
  readonly warnings: readonly string[];
}
interface Scan {
  readonly symbols: readonly State[];
  readonly belowMinSignal: number;
  readonly skipped: readonly { readonly symbol: string; readonly reason: string }[];
}

const dayMs = 86_400_000;
const first = Date.UTC(2020, 0, 1);
const iso = (bar: number): string => new Date(first + bar * dayMs).toISOString();

/** Closes that rise and fall, each symbol at its own pace. */
function closes(count: number, pace: number): number[] {
  return Array.from({ length: count }, (_, i) =>
    Number((100 + 30 * Math.sin(i / pace) + 8 * Math.sin(i / 3.3 + pace)).toFixed(3)),
  );
}

function csvOf(series: Readonly<Record<string, readonly number[]>>): string {
  const rows = Object.entries(series).flatMap(([symbol, values]) =>
    values.map((close, i) => `${symbol},${iso(i)},${close},${close},${close},${close},1`),
  );
  return ["symbol,timestamp,open,high,low,close,volume", ...rows, ""].join("\n");
}

const series = Object.fromEntries([11, 13, 17, 19, 23, 29].map((pace) => [`S${pace}`, closes(420, pace)]));

/** The state by the definition, from the outputs of all bars. */
function reference(symbol: string, values: readonly number[]): Omit<State, "kinds" | "strongest" | "warnings"> {
  const { averageSignal, direction } = compute({ close: Float64Array.from(values) }).columns;
  const last = values.length - 1;
  let since = last;
  while (since > 0 && direction[since - 1] === direction[last]) since--;
  return {
    symbol,
    bars: values.length,
    time: iso(last),
    close: values[last] as number,
    averageSignal: averageSignal[last] as number,
    direction: direction[last] as number,
    since: direction[last] === 0 ? null : iso(since),
  };
}

async function scan(...args: readonly string[]): Promise<Scan> {
  const run = await shop.atc("signals", ...args, "--json");
  expect(run.stderr).toBe("");
  return run.json<Scan>();
}

beforeEach(() => shop.file("many.csv", csvOf(series)));

describe("atc signals without --symbols", () => {
  it("gives the state of every symbol, the strongest first", async () => {
    const { symbols, skipped } = await scan("many.csv");
    expect(skipped).toEqual([]);
    const wanted = Object.entries(series).map(([symbol, values]) => reference(symbol, values));
    wanted.sort(
      (a, b) => Math.abs(b.averageSignal ?? -1) - Math.abs(a.averageSignal ?? -1) || (a.symbol < b.symbol ? -1 : 1),
    );
    expect(symbols).toMatchObject(wanted);
    expect(new Set(symbols.map(({ direction }) => direction)).size).toBeGreaterThan(1);
    for (const { averageSignal, kinds, strongest } of symbols) {
      expect(kinds.map(({ kind }) => kind)).toEqual(averageKinds);
      expect(kinds.reduce((sum, { part }) => sum + part, 0)).toBeCloseTo(averageSignal as number, 12);
      expect(kinds.reduce((sum, { weight }) => sum + (weight ?? 0), 0)).toBeCloseTo(1, 12);
      const parts = new Map(kinds.map(({ kind, part }) => [kind, part * Math.sign(averageSignal as number)]));
      const sizes = strongest.map((kind) => parts.get(kind) as number);
      expect(sizes).toEqual(sizes.filter((size) => size > 0).toSorted((a, b) => b - a));
      expect(sizes.length).toBe([...parts.values()].filter((size) => size > 0).length);
    }
  });

  it("is the same from a dataset, from the cache, on threads and in batches of any size", async () => {
    const fresh = await scan("many.csv", "--no-cache");
    await shop.atc("ingest", "many.csv", "--name", "many");
    expect((await scan("many")).symbols).toEqual(fresh.symbols);
    const again = await shop.atc("signals", "many");
    expect(again.stderr).toContain("6 of 6 symbols from the cache");
    expect((await scan("many")).symbols).toEqual(fresh.symbols);
    for (const args of [
      ["--executor", "worker"],
      ["--executor", "inline"],
    ])
      for (const size of ["1", "4"])
        expect((await scan("many", "--no-cache", "--batch-size", size, ...args)).symbols).toEqual(fresh.symbols);
  });

  it("computes again only what changed", async () => {
    await scan("many.csv", "--batch-size", "1");
    await shop.file("many.csv", csvOf({ ...series, S11: closes(421, 11) }));
    const more = await shop.atc("signals", "many.csv", "--batch-size", "1");
    expect(more.stderr).toContain("5 of 6 symbols from the cache");
    for (const other of [
      ["--ema-length", "20"],
      ["--limit", "300"],
      ["--to", "2021"],
    ])
      expect((await shop.atc("signals", "many.csv", "--batch-size", "1", ...other)).stderr).toContain("0 of 6");
  });

  it("prints a table for people, with --min-signal the strong ones, and says how many are weaker", async () => {
    const { symbols } = await scan("many.csv");
    const [strongest, second] = symbols as [State, State];
    const least = String(((strongest.averageSignal as number) ** 2) ** 0.5);
    const table = (await shop.atc("signals", "many.csv")).stdout;
    expect(table).toMatch(/^symbol +date +close +signal +direction +since +strongest$/m);
    const line = table.split("\n").find((one) => one.startsWith(strongest.symbol)) ?? "";
    expect(line).toContain(strongest.time.slice(0, 10));
    expect(line).toContain(strongest.direction === 1 ? "long" : "short");
    expect(line).toContain(strongest.strongest[0]?.toUpperCase() ?? "?");
    expect(table.indexOf(strongest.symbol)).toBeLessThan(table.indexOf(second.symbol));
    const strong = await scan("many.csv", "--min-signal", least);
    expect(strong.symbols.length + strong.belowMinSignal).toBe(6);
    expect(strong.symbols.every(({ averageSignal }) => Math.abs(averageSignal ?? 0) >= Number(least))).toBe(true);
    const few = await shop.atc("signals", "many.csv", "--min-signal", "1.0", "--limit", "60");
    expect([few.code, few.stdout]).toEqual([0, expect.stringMatching(/below --min-signal|S\d\d/)]);
  });

  it("takes the symbols and the time that are asked for", async () => {
    const { symbols } = await scan("many.csv", "--symbols", "S19,S13", "--to", iso(300));
    const wanted = ["S13", "S19"].map((symbol) => reference(symbol, (series[symbol] as number[]).slice(0, 300)));
    expect(symbols.toSorted((a, b) => (a.symbol < b.symbol ? -1 : 1))).toMatchObject(wanted);
    // Bars before --from are seen, but a symbol must have a bar from it on.
    expect((await scan("many.csv", "--symbols", "S19,S13", "--from", iso(299), "--to", iso(300))).symbols).toEqual(
      symbols,
    );
  });

  it("names symbols that have no state, or none of the newest day", async () => {
    const bad = closes(420, 31).with(5, -1);
    await shop.file("odd.csv", csvOf({ ...series, OLD: closes(200, 37), BAD: bad, NEW: [10, 11] }));
    const found = await scan("odd.csv");
    expect(found.skipped.map(({ symbol }) => symbol)).toEqual(["BAD"]);
    const people = await shop.atc("signals", "odd.csv");
    expect(people.code).toBe(0);
    expect(people.stdout).toMatch(/no bar on 2021-02-23, the newest day: NEW, OLD/);
    expect(people.stdout).toMatch(/NEW: 2 bars are fewer than the 38 bars/);
    expect(people.stdout).toMatch(/Skipped \(1\):\n +BAD: .*bar 5 \(2020-01-06T.*--invalid-prices skip/);
    const since = await scan("odd.csv", "--from", "2021");
    expect(since.skipped.map(({ symbol }) => symbol)).toEqual(["BAD", "NEW", "OLD"]);
    const none = await shop.atc("signals", "odd.csv", "--symbols", "BAD,NEW", "--from", "2030");
    expect([none.code, none.stdout]).toEqual([3, expect.stringContaining("no symbol to show")]);
    const skip = await scan("odd.csv", "--invalid-prices", "skip", "--symbols", "BAD,S11");
    expect(skip.symbols.find(({ symbol }) => symbol === "BAD")).toMatchObject(
      Object.fromEntries(
        Object.entries(reference("BAD", bad.toSpliced(5, 1))).filter(([name]) => !/time|since/.test(name)),
      ),
    );
  });

  it("has no direction and no strongest kind while there is none, and weights of JSON that are null", async () => {
    await shop.file("flat.csv", csvOf({ A: Array(50).fill(5), B: Array(50).fill(6) }));
    const { symbols } = await scan("flat.csv", "--dialect", "tradingview", "--cutout", "49");
    expect(symbols).toMatchObject([
      { symbol: "A", direction: 0, since: null, strongest: [] },
      { symbol: "B", direction: 0, since: null, strongest: [] },
    ]);
    expect((await shop.atc("signals", "flat.csv")).stdout).toMatch(/^A +2020-02-19 +5 +0\.00 +- +- +-$/m);
  });

  it("counts ticks in nanoseconds", async () => {
    const rows = closes(300, 7).map(
      (price, i) => `T,2024-01-02T10:00:00.${String(i * 1000).padStart(9, "0")}Z,${price},1`,
    );
    await shop.file("ticks.csv", ["symbol,timestamp,price,size", ...rows, ""].join("\n"));
    const { symbols } = await scan("ticks.csv");
    expect(symbols).toMatchObject([{ bars: 300, time: "2024-01-02T10:00:00.000Z" }]);
  });

  it.each([
    [["--min-signal", "2"], /--min-signal is "2"; give a number from 0 to 1/],
    [["--min-signal", ""], /give a number from 0 to 1/],
    [["--min-signal", "0.5", "--symbols", "S11"], /--min-signal selects rows/],
    [["-o", "x.csv"], /6 symbols.*--symbols.*--all-bars/],
    [["-o", "x.csv", "--symbols", "S11,S13"], /2 symbols are named.*--all-bars/],
    [["-o", "x.parquet", "--symbols", "S11"], /--all-bars/],
    [["--all-bars"], /-o FILE\.csv/],
    [["--all-bars", "-o", "x.json"], /\.csv, \.arrow or \.parquet/],
    [["--all-bars", "-o", "many.csv"], /give another name/],
  ])("refuses %s", async (args, message) => {
    const run = await shop.atc("signals", "many.csv", ...args, "--json");
    expect(run.code).toBe(2);
    expect(errorOf(run).message).toMatch(message);
  });
});

describe("atc signals --symbols", () => {
  it("shows one symbol over a period, with the signals of all bars before", async () => {
    const args = ["many.csv", "--symbols", "S11", "--json"];
    await shop.atc("signals", ...args, "-o", "whole.csv");
    for (const end of [[], ["--no-cache"]]) {
      const run = await shop.atc(
        "signals",
        ...args,
        "-o",
        "part.csv",
        "--force",
        "--from",
        iso(100),
        "--to",
        iso(120),
        ...end,
      );
      expect(run.json()).toMatchObject({ symbol: "S11", bars: 20 });
      const [head, ...whole] = (await readFile(join(shop.path, "whole.csv"), "utf8")).trimEnd().split("\n");
      const part = (await readFile(join(shop.path, "part.csv"), "utf8")).trimEnd().split("\n");
      expect(part).toEqual([head, ...whole.slice(100, 120)]);
    }
    const none = await shop.atc("signals", ...args, "--from", "2030");
    expect(errorOf(none)).toMatchObject({ code: "ATC_INVALID_DATA" });
    await shop.atc("signals", ...args, "-o", "part.arrow", "--from", iso(100));
    const table = tableFromIPC(await readFile(join(shop.path, "part.arrow")));
    expect([table.numRows, table.getChild("close")?.get(0)]).toEqual([320, series["S11"]?.[100]]);
  });
});

it("atc signals of one symbol shows its last bar, the close and since when the direction holds", async () => {
  const { time, close, averageSignal, since, direction } = reference("S13", series["S13"] ?? []);
  const run = await shop.atc("signals", "many.csv", "--symbols", "S13");
  const sign = (averageSignal ?? 0) > 0 ? "+" : "";
  expect(run.stdout.split("\n")[0]).toBe(
    `S13: 420 bars, the last of ${time.slice(0, 10)} with close ${close}; average signal ${sign}${averageSignal?.toFixed(2)}, ${direction > 0 ? "long" : "short"} since ${since?.slice(0, 10)}`,
  );
  const part = await shop.atc("signals", "many.csv", "--symbols", "S13", "--from", time);
  expect(part.stdout).toContain(`1 bar, the last of ${time.slice(0, 10)}`);
  expect(part.stdout).toContain(`since ${time.slice(0, 10)} or before`);
});

describe("atc signals --all-bars", () => {
  /** The rows that `-o` writes for each symbol on its own. */
  async function single(symbol: string, ...args: readonly string[]): Promise<readonly string[]> {
    await shop.atc("signals", "many.csv", "--symbols", symbol, "-o", "single.csv", "--force", ...args);
    const [, ...rows] = (await readFile(join(shop.path, "single.csv"), "utf8")).trimEnd().split("\n");
    return rows.map((row) => `${symbol},${row}`);
  }
  /** Rows as texts and numbers: a date and its midnight are the same time. */
  const values = (rows: readonly string[]): unknown[] =>
    rows.map((row) =>
      row
        .split(",")
        .map((text, i) =>
          i === 1 ? Date.parse(text) : i === 0 ? text : text === "" || text === "NaN" ? null : Number(text),
        ),
    );

  it.each([[[]], [["--from", iso(100), "--to", iso(130)]]])(
    "writes what -o writes for each symbol: %s",
    async (period) => {
      const run = await shop.atc("signals", "many.csv", "--all-bars", "-o", "all.csv", "--json", ...period);
      const wanted: string[] = [];
      for (const symbol of Object.keys(series)) wanted.push(...(await single(symbol, ...period)));
      const [head = "", ...rows] = (await readFile(join(shop.path, "all.csv"), "utf8")).trimEnd().split("\n");
      expect(head).toMatch(/^symbol,timestamp,close,source,EMA,.*,Average_Signal,Direction$/);
      expect(values(rows)).toEqual(values(wanted));
      expect(run.json()).toMatchObject({ rows: wanted.length, symbols: 6, skipped: [] });
    },
  );

  it("writes Arrow, Parquet, standard output, one file per symbol, and float32", async () => {
    await shop.install("source-duckdb");
    for (const file of ["all.arrow", "all.parquet"]) {
      expect((await shop.atc("signals", "many.csv", "--all-bars", "-o", file)).stdout).toContain(
        "2,520 rows, 6 symbols",
      );
    }
    const table = tableFromIPC(await readFile(join(shop.path, "all.arrow")));
    expect([table.numRows, table.getChild("Direction")?.type.toString()]).toEqual([2520, "Int8"]);
    const out = await shop.atc("signals", "many.csv", "--all-bars", "-o", "-", "--symbols", "S11,S13");
    expect(out.stdout.trimEnd().split("\n")).toHaveLength(841);
    await shop.atc("signals", "many.csv", "--all-bars", "-o", "each/{symbol}.csv", "--precision", "float32");
    expect((await readdir(join(shop.path, "each"))).toSorted()).toEqual(
      Object.keys(series).map((name) => `${name}.csv`),
    );
  });

  it("leaves out symbols with bad data, says so, and skips bad bars if told", async () => {
    const bad = closes(420, 31).with(5, -1);
    await shop.file("odd.csv", csvOf({ ...series, BAD: bad }));
    const run = await shop.atc("signals", "odd.csv", "--all-bars", "-o", "all.csv");
    expect(run.stdout).toContain("2,520 rows, 6 symbols");
    expect(run.stderr).toMatch(/BAD: .*bar 5 \(2020-01-06.*--invalid-prices skip/);
    const skip = await shop.atc(
      "signals",
      "odd.csv",
      "--all-bars",
      "-o",
      "skipped.csv",
      "--invalid-prices",
      "skip",
      "--json",
    );
    expect(skip.json()).toMatchObject({ rows: 2939, symbols: 7, skipped: [] });
    const only = await shop.atc("signals", "odd.csv", "--all-bars", "-o", "bad.csv", "--symbols", "BAD", "--json");
    expect([only.code, errorOf(only).message]).toEqual([3, expect.stringMatching(/no symbol has signals.*BAD/)]);
    expect(await readdir(shop.path)).not.toContain("bad.csv");
  });
});

it("a scan of a file with one symbol is a table of one row", async () => {
  await shop.file("one.csv", barsCsv(["ONE"], 300));
  const run = await shop.atc("signals", "one.csv");
  expect(run.stdout).toMatch(/^ONE +\d{4}-/m);
  expect((await shop.atc("signals", "one.csv", "-o", "one-out.csv")).stdout).toContain("written to one-out.csv");
});
