import { existsSync, readFileSync } from "node:fs";
import { describe, expect, it } from "vitest";
import {
  atcStrategy,
  type BacktestResult,
  backtest,
  backtestSeries,
  type MemoryColumns,
  memoryDataset,
  memorySeries,
  portfolio,
  resultToJson,
} from "../src/index.ts";
import { divide, readBars } from "./csv-reader.ts";

type Figures = Record<string, unknown>;
interface Expected {
  readonly config: Record<string, unknown>;
  readonly data?: string;
  readonly portfolio: Figures;
  readonly symbols: readonly Figures[];
}

const fixtures = new URL("../../../fixtures/backtest/", import.meta.url);
const shared = new URL("../../../../shared/", import.meta.url);
const present = existsSync(new URL("golden/", shared));

function read(file: URL): Expected {
  return JSON.parse(readFileSync(file, "utf8"));
}

/** Every figure of `expected` within 1e-9 relative; null, texts and counts exactly. */
function agree(actual: Figures, expected: Figures, where: string): void {
  for (const [name, value] of Object.entries(expected)) {
    const own = actual[name];
    const label = `${where}.${name}: ${String(own)} for ${String(value)}`;
    if (typeof value !== "number") expect(own, label).toBe(value);
    else expect(typeof own === "number" && Math.abs(own - value) <= 1e-9 * Math.abs(value), label).toBe(true);
  }
}

function agreeAll(result: Pick<BacktestResult, "symbols" | "skipped" | "portfolio">, expected: Expected): void {
  const json = resultToJson(result);
  expect(json.symbols.map(({ symbol }) => symbol)).toStrictEqual(expected.symbols.map((figures) => figures["symbol"]));
  json.symbols.forEach((figures, i) => {
    agree({ ...figures }, expected.symbols[i] as Figures, figures.symbol);
  });
  agree({ ...json.portfolio }, expected.portfolio, "portfolio");
  // Nothing is reported under a name that the specification does not know.
  const first = json.symbols[0] as unknown as Figures;
  const { symbol: _symbol, warnings: _warnings, costs: _costs, bankruptAt: _bankruptAt, ...metrics } = first;
  expect(Object.keys(metrics)).toStrictEqual(Object.keys(expected.portfolio));
}

function inBlocks(bars: Record<string, MemoryColumns>, expected: Expected, blockLength: number): void {
  const { signals, config } = divide(expected.config);
  const strategy = atcStrategy(signals);
  const symbols = memoryDataset(bars)
    .symbols()
    .map((symbol) =>
      backtestSeries(memorySeries(symbol, bars[symbol] as MemoryColumns), { strategy, config, blockLength }),
    );
  agreeAll({ symbols, skipped: [], portfolio: portfolio(symbols, config) }, expected);
}

describe("the independent fixtures", () => {
  const bars = readBars(new URL("ragged.csv", fixtures));
  for (const name of ["default", "costs-long", "tradingview-short"]) {
    const expected = read(new URL(`${name}.json`, fixtures));
    it(`agree as a dataset: ${name}`, async () => {
      agreeAll(await backtest(memoryDataset(bars), divide(expected.config)), expected);
    });
    for (const blockLength of [1, 7, 4096])
      it(`agree in blocks of ${blockLength}: ${name}`, () => {
        inBlocks(bars, expected, blockLength);
      });
  }
});

describe("real prices (needs ../shared)", () => {
  for (const name of ["spy_1d", "us_stocks_1d_50sym"])
    it.skipIf(!present)(`agree with the independent results: ${name}`, async () => {
      const expected = read(new URL(`golden/backtest-${name}.json`, shared));
      const bars = readBars(new URL(`data/${expected.data}`, shared));
      agreeAll(await backtest(memoryDataset(bars), divide(expected.config)), expected);
      for (const blockLength of [7, 4096]) inBlocks(bars, expected, blockLength);
    });
});
