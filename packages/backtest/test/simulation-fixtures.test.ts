import { readFileSync } from "node:fs";
import type { BacktestConfig } from "@atc/contract";
import { describe, expect, it } from "vitest";
import { createAccount, validateBacktestConfig } from "../src/index.ts";
import { type AccountRun, type PlainColumns, runAccount, type SymbolBars } from "./account-runs.ts";
import { decide, type RawBars } from "./decided-bars.ts";

interface Case {
  readonly name: string;
  readonly bars: string;
  readonly config: Partial<BacktestConfig>;
  readonly error?: { readonly code: string; readonly names: readonly string[]; readonly anyOf?: readonly string[] };
}

interface ExpectedAccount {
  readonly symbol?: string;
  readonly time?: readonly number[];
  readonly equity: readonly number[];
  readonly cash: readonly number[];
  readonly costs: Readonly<Record<"fees" | "slippage" | "borrowCost" | "marginInterest" | "cashInterest", number>>;
  readonly traded: number;
  readonly heldBars: number;
  readonly totalReturn: number;
  readonly grossReturn: number;
  readonly bankruptAt: number | null;
  readonly trades: PlainColumns;
  readonly fills: PlainColumns;
}

const fixtures = new URL("../../../fixtures/simulation/", import.meta.url);
const read = (name: string): string => readFileSync(new URL(name, fixtures), "utf8");
const cases: readonly Case[] = JSON.parse(read("cases.json"));

function readBars(file: string): Record<string, RawBars> {
  const [header = "", ...lines] = read(file).trimEnd().split("\n");
  const [, ...names] = header.split(",");
  const symbols: Record<string, Record<string, number[]>> = {};
  for (const line of lines) {
    const [symbol = "", ...fields] = line.split(",");
    symbols[symbol] ??= Object.fromEntries(names.map((name) => [name, []]));
    const columns = symbols[symbol];
    names.forEach((name, i) => {
      columns[name]?.push(fields[i] === "" ? Number.NaN : Number(fields[i]));
    });
  }
  return symbols;
}

/** Equal within 1e-9 x max(1, |expected|); null, texts and whole numbers are among the equal ones. */
function agree(actual: unknown, expected: unknown, where: string): void {
  if (Array.isArray(expected)) {
    const own = actual as readonly unknown[];
    expect(own?.length, `${where}: length`).toBe(expected.length);
    for (let i = 0; i < expected.length; i++) agree(own[i], expected[i], `${where}[${i}]`);
  } else if (typeof expected === "number") {
    const isNear = typeof actual === "number" && Math.abs(actual - expected) <= 1e-9 * Math.max(1, Math.abs(expected));
    if (!isNear) expect(actual, where).toBe(expected);
  } else expect(Number.isNaN(actual) ? null : actual, where).toBe(expected);
}

const exact = ["symbol", "entryTime", "exitTime", "time", "direction", "barsHeld", "reason", "open"];

function agreeColumns(actual: PlainColumns, expected: PlainColumns, where: string): void {
  for (const [name, values] of Object.entries(expected)) {
    if (exact.includes(name)) expect(actual[name] ?? [], `${where}.${name}`).toStrictEqual(values);
    agree(actual[name], values, `${where}.${name}`);
  }
  if (Object.keys(expected).length === 0) expect(actual, where).toStrictEqual({});
}

function agreeAccount(run: AccountRun, expected: ExpectedAccount, capital: number, where: string): void {
  agreeColumns(run.fills, expected.fills, `${where}.fills`);
  agree(run.cash, expected.cash, `${where}.cash`);
  agreeColumns(run.trades, expected.trades, `${where}.trades`);
  agree(run.equity, expected.equity, `${where}.equity`);
  if (expected.time !== undefined) expect(run.time).toStrictEqual(expected.time);
  const { totals } = run;
  for (const [name, value] of Object.entries(expected.costs))
    agree(totals[name as keyof ExpectedAccount["costs"]], value, `${where}.${name}`);
  agree(totals.traded, expected.traded, `${where}.traded`);
  expect(totals.heldBars, `${where}.heldBars`).toBe(expected.heldBars);
  agree(totals.statistics.last / capital - 1, expected.totalReturn, `${where}.totalReturn`);
  agree(totals.grossEquity / capital - 1, expected.grossReturn, `${where}.grossReturn`);
  agree(run.grossEquity.at(-1), totals.grossEquity, `${where}.grossEquity`);
  expect(totals.bankruptAt === undefined ? null : Number(totals.bankruptAt), `${where}.bankruptAt`).toBe(
    expected.bankruptAt,
  );
}

function join(tables: readonly PlainColumns[]): PlainColumns {
  const joined: PlainColumns = {};
  for (const table of tables)
    for (const [name, values] of Object.entries(table)) joined[name] = [...(joined[name] ?? []), ...values];
  return joined;
}

/** The accounts of `initialCapital` / N together, as section 10 adds them up. */
function agreePortfolio(bars: readonly SymbolBars[], runs: readonly AccountRun[], expected: ExpectedAccount): void {
  agreeColumns(join(runs.map(({ trades }) => trades)), expected.trades, "portfolio.trades");
  const times = [...new Set(bars.flatMap(({ time }) => time))].sort((a, b) => a - b);
  expect(times).toStrictEqual(expected.time);
  const equity = times.map((time) =>
    runs.reduce((sum, run) => {
      const at = run.time.findLastIndex((own) => own <= time);
      return sum + (run.equity[Math.max(at, 0)] as number);
    }, 0),
  );
  agree(equity, expected.equity, "portfolio.equity");
  for (const [name, value] of Object.entries(expected.costs)) {
    const own = runs.reduce((sum, { totals }) => sum + totals[name as keyof ExpectedAccount["costs"]], 0);
    agree(own, value, `portfolio.${name}`);
  }
}

describe("the cases of two independent implementations", () => {
  const data = new Map<string, Record<string, RawBars>>();
  for (const { name, bars: file, config: given, error } of cases) {
    if (error !== undefined) continue;
    if (!data.has(file)) data.set(file, readBars(file));
    const raw = data.get(file) as Record<string, RawBars>;
    it(`agree: ${name}`, () => {
      const config = validateBacktestConfig(given);
      const { initialCapital } = config;
      const expected = JSON.parse(read(`expected/${name}.json`));
      const bars = Object.keys(raw)
        .sort((a, b) => (a < b ? -1 : 1))
        .map((symbol) => decide(symbol, raw[symbol] as RawBars, config));
      for (const blockLength of [1, 7, 4096]) {
        const where = `blocks of ${blockLength}`;
        if (config.account === "shared") {
          agreeAccount(runAccount(bars, config, { blockLength }), expected.portfolio, initialCapital, where);
          continue;
        }
        expect(expected.symbols.map(({ symbol }: { symbol: string }) => symbol)).toStrictEqual(
          bars.map(({ symbol }) => symbol),
        );
        bars.forEach((one, i) => {
          const run = runAccount([one], config, { blockLength, alone: true });
          agreeAccount(run, expected.symbols[i], initialCapital, `${where}, ${one.symbol}`);
        });
        const parts = { ...config, initialCapital: initialCapital / bars.length };
        const runs = bars.map((one) => runAccount([one], parts, { blockLength }));
        agreePortfolio(bars, runs, expected.portfolio);
      }
    });
  }
});

describe("the cases that are refused before a bar is read", () => {
  for (const { name, bars: file, config: given, error } of cases) {
    // What a key needs of the columns is checked by the run, which knows them.
    if (error === undefined || name.includes("-needs-")) continue;
    it(`are refused: ${name}`, () => {
      const symbols = Object.keys(readBars(file)).map((symbol) => ({ name: symbol, bars: 1 }));
      let refusal: unknown;
      try {
        createAccount(validateBacktestConfig(given), { symbols });
      } catch (thrown) {
        refusal = thrown;
      }
      expect(refusal).toMatchObject({ code: error.code });
      for (const word of error.names) expect((refusal as Error).message).toContain(word);
    });
  }
});
