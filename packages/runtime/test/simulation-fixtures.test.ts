import { readFileSync } from "node:fs";
import { cp, mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import type { BacktestResult, CurveArrays, Fills, Trades } from "@atc/backtest";
import { fillReasons } from "@atc/backtest";
import { afterAll, describe, expect, it } from "vitest";
import { openRuntime, runBacktest } from "../src/index.ts";

interface Case {
  readonly name: string;
  readonly bars: string;
  readonly config: Readonly<Record<string, unknown>>;
  readonly error?: { readonly code: string; readonly names: readonly string[]; readonly anyOf?: readonly string[] };
}

type Columns = Readonly<Record<string, readonly (number | string | null)[]>>;

interface ExpectedAccount {
  readonly symbol?: string;
  readonly time?: readonly number[];
  readonly equity: readonly number[];
  readonly cash?: readonly number[];
  readonly costs: Readonly<Record<string, number>>;
  readonly traded: number;
  readonly totalReturn?: number;
  readonly grossReturn?: number;
  readonly bankruptAt?: number | null;
  readonly trades: Columns;
  readonly fills?: Columns;
}

interface Expected {
  readonly symbols?: readonly ExpectedAccount[];
  readonly portfolio: ExpectedAccount;
}

const fixtures = fileURLToPath(new URL("../../../fixtures/simulation/", import.meta.url));
const repository = fileURLToPath(new URL("../../..", import.meta.url));
const folder = await mkdtemp(join(tmpdir(), "atc-simulation-"));
afterAll(() => rm(folder, { recursive: true, force: true }));
for (const file of ["steps", "edges", "ragged", "intraday", "closes"])
  await cp(join(fixtures, `${file}.csv`), join(folder, `${file}.csv`));
const cases = JSON.parse(readFileSync(join(fixtures, "cases.json"), "utf8")) as readonly Case[];

function expectedOf(name: string): Expected {
  return JSON.parse(readFileSync(join(fixtures, "expected", `${name}.json`), "utf8")) as Expected;
}

/** Numbers within 1e-9 x max(1, |expected|); times, texts, counts and nulls equal. */
function agree(actual: unknown, expected: unknown, where: string): void {
  if (Array.isArray(expected)) {
    const own = actual as readonly unknown[] | undefined;
    expect(own?.length ?? 0, `${where}: length`).toBe(expected.length);
    for (let i = 0; i < expected.length; i++) agree(own?.[i], expected[i], `${where}[${i}]`);
    return;
  }
  const found = Number.isNaN(actual) ? null : actual;
  if (typeof expected !== "number") {
    expect(found, where).toBe(expected);
    return;
  }
  const isNear = typeof found === "number" && Math.abs(found - expected) <= 1e-9 * Math.max(1, Math.abs(expected));
  if (!isNear) expect(found, where).toBe(expected);
}

/** The rows of a table as plain values. */
function plain(table: Trades | Fills, symbols: readonly string[]): Record<string, unknown[]> {
  const rows = Array.from({ length: table.length }, (_, i) => i);
  const columns: Record<string, unknown[]> = { symbol: rows.map((i) => symbols[i]) };
  for (const [name, values] of Object.entries(table)) {
    if (name === "length") continue;
    const numbers = Array.from(values as ArrayLike<number | bigint>, Number);
    columns[name] = name === "reason" ? numbers.map((code) => fillReasons[code]) : numbers;
  }
  return columns;
}

function agreeColumns(actual: Readonly<Record<string, unknown[]>>, expected: Columns, where: string): void {
  for (const [name, values] of Object.entries(expected)) agree(actual[name], values, `${where}.${name}`);
  if (Object.keys(expected).length === 0) expect(actual["symbol"], where).toEqual([]);
}

function agreeCurves(curves: CurveArrays, names: readonly string[], expected: ExpectedAccount, where: string): void {
  const symbolsOf = (indices: Int32Array | undefined, length: number): string[] =>
    Array.from({ length }, (_, i) => names[indices?.[i] ?? 0] ?? "");
  const { fills, trades } = curves;
  agreeColumns(plain(fills, symbolsOf(curves.fillSymbols, fills.length)), expected.fills ?? {}, `${where}.fills`);
  agreeColumns(plain(trades, symbolsOf(curves.tradeSymbols, trades.length)), expected.trades, `${where}.trades`);
  agree([...(curves.columns.cash ?? [])], expected.cash, `${where}.cash`);
  agree([...curves.equity], expected.equity, `${where}.equity`);
  if (expected.time !== undefined) agree(Array.from(curves.times, Number), expected.time, `${where}.time`);
}

function agreeAccount(
  account: Readonly<Record<string, unknown>> & { readonly costs: object; readonly bankruptAt: string | null },
  expected: ExpectedAccount,
  where: string,
): void {
  for (const [name, value] of Object.entries(expected.costs))
    agree((account.costs as Record<string, unknown>)[name], value, `${where}.${name}`);
  for (const name of ["totalReturn", "grossReturn"] as const)
    if (expected[name] !== undefined) agree(account[name], expected[name], `${where}.${name}`);
  if (expected.bankruptAt === undefined) return;
  expect(account.bankruptAt === null ? null : Date.parse(account.bankruptAt), `${where}.bankruptAt`).toBe(
    expected.bankruptAt,
  );
}

/** How the cases are run. */
const ways = [
  ["mapped", { useMemoryMapped: true }],
  ["read", { useMemoryMapped: false }],
  ["in threads", { useMemoryMapped: true, executor: "worker", batchSize: 1 }],
] as const;

describe.each(ways)("the cases of two independent implementations, %s", (way, storage) => {
  it.each(cases)("$name", async ({ name, bars, config, error }) => {
    const run = async () => {
      await using runtime = await openRuntime({
        cwd: repository,
        env: {},
        config: {
          ...config,
          ...storage,
          strategy: "columns",
          dataDir: join(folder, way),
          cacheDir: join(folder, `${way}-cache`),
        } as never,
        onWarning: () => undefined,
      });
      const outcome = await runBacktest(runtime, join(folder, bars), {
        curves: true,
        columns: ["cash"],
        fills: true,
        metrics: "all",
      });
      return outcome;
    };
    if (error !== undefined) {
      const fault = await run().then(
        () => undefined,
        (found: unknown) => found as { code: string; message: string },
      );
      expect(fault?.code).toBe(error.code);
      for (const word of error.names) expect(fault?.message).toContain(word);
      if (error.anyOf !== undefined) expect(error.anyOf.some((word) => fault?.message.includes(word))).toBe(true);
      return;
    }
    const expected = expectedOf(name);
    const computed = await run();
    agreeResult(computed.result, computed.report, expected);
    // From the cache, bit for bit; accounts that are simulated again come from stored decisions.
    const cached = await run();
    expect(cached.cachedSymbols).toBe(symbolsOf(cached.result));
    expect(cached.result).toEqual(computed.result);
    expect(cached.report).toEqual(computed.report);
  });
});

function symbolsOf({ symbols, contributions = [] }: BacktestResult): number {
  return symbols.length + contributions.length;
}

function agreeResult(
  result: BacktestResult,
  report: Awaited<ReturnType<typeof runBacktest>>["report"],
  { symbols = [], portfolio }: Expected,
): void {
  expect(report.skipped).toEqual([]);
  expect(result.symbols.map(({ symbol }) => symbol)).toEqual(symbols.map(({ symbol }) => symbol));
  for (const [i, expected] of symbols.entries()) {
    const one = result.symbols[i] as BacktestResult["symbols"][number];
    agreeCurves(one, [one.symbol], expected, one.symbol);
    agreeAccount(report.symbols[i] as never, expected, one.symbol);
  }
  agreeAccount(report.portfolio as never, portfolio, "portfolio");
  agree(Array.from(result.portfolio?.times ?? [], Number), portfolio.time, "portfolio.time");
  agree([...(result.portfolio?.equity ?? [])], portfolio.equity, "portfolio.equity");
  agree(result.portfolio?.traded, portfolio.traded, "portfolio.traded");
  if (result.account === undefined) return;
  const names = result.contributions?.map(({ symbol }) => symbol) ?? [];
  agreeCurves(result.account, names, portfolio, "portfolio");
}
