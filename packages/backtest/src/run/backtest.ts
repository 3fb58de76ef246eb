import {
  AtcError,
  type BacktestConfig,
  type Dataset,
  isAtcError,
  type OperationOptions,
  type ProgressListener,
  type Series,
  type SignalConfig,
  throwIfAborted,
} from "@atc/contract";
import { createPacer } from "@atc/plugin-kit";
import { byCodeUnit } from "../base/code-unit-order.ts";
import { validateBacktestConfig } from "../base/configuration.ts";
import { type Period, periodRows, periodStart } from "../base/period.ts";
import {
  type PortfolioFigures,
  type PortfolioListener,
  type PortfolioResult,
  portfolio,
  portfolioOf,
} from "../portfolio/portfolio.ts";
import { arrayCurves } from "../results/array-curves.ts";
import type { CurveContent, CurveStore } from "../results/curves.ts";
import type { SymbolFigures, SymbolResult } from "../results/symbol-result.ts";
import { atcStrategy } from "../strategy/atc-strategy.ts";
import type { Strategy } from "../strategy/strategy.ts";
import { type BacktestStepsOptions, backtestSteps } from "./backtest-series.ts";
import { rowsBetweenReports } from "./decided-bars.ts";

/** Options of {@link backtest}. */
export interface BacktestOptions extends OperationOptions {
  /** The strategy, which decides the directions. Defaults to ATC with `signals`. */
  readonly strategy?: Strategy | undefined;
  /** The configuration of ATC. Default: `signalDefaults`. */
  readonly signals?: Partial<SignalConfig> | undefined;
  /** Fills and costs. Default: `backtestDefaults`. */
  readonly config?: Partial<BacktestConfig> | undefined;
  /** The symbols to test, in any order. Defaults to all. */
  readonly symbols?: readonly string[] | undefined;
  /** Number of last bars per symbol to use, 1 or more. Defaults to all. */
  readonly limit?: number | undefined;
  /**
   * The time in which accounts trade, within the bars of `limit`. Signals see all bars before it. An account is in cash
   * at the last close before it, and its metrics count from that close. A symbol without a bar in it is skipped.
   * Defaults to all bars.
   */
  readonly period?: Period | undefined;
}

/** Options of {@link backtest} besides those of every backtest. */
export interface ArrayBacktestOptions extends BacktestOptions, CurveContent {}

/** Options of {@link backtestInto}. */
export interface BacktestIntoOptions extends BacktestOptions {
  /** Receives the bars and trades of every symbol. */
  readonly curves: CurveStore;
  /**
   * Called for every symbol, so that a cache or another thread can provide its result. Returns figures whose curves
   * are in `curves`, or the result of `compute`. An error that it throws counts as an error of the computation.
   */
  readonly remember?: ((symbol: string, compute: () => Promise<SymbolFigures>) => Promise<SymbolFigures>) | undefined;
  /** Receives the portfolio's curve, block by block. */
  readonly onPortfolio?: PortfolioListener | undefined;
}

/** A symbol that could not be computed. */
export interface SkippedSymbol {
  /** The symbol. */
  readonly symbol: string;
  /** The message of the error. */
  readonly reason: string;
  /** The code of the error. */
  readonly code: AtcError["code"];
}

/** The figures of a dataset's backtest, without arrays. */
export interface BacktestFigures {
  /** The configuration of fills and costs, complete. */
  readonly config: BacktestConfig;
  /** The computed symbols, sorted by UTF-16 code unit. */
  readonly symbols: readonly SymbolFigures[];
  /** The symbols that could not be computed, in the same order. */
  readonly skipped: readonly SkippedSymbol[];
  /** All computed symbols together; undefined if there are none. */
  readonly portfolio: PortfolioFigures | undefined;
}

/** The backtest of a dataset, with bars and trades in arrays. */
export interface BacktestResult extends BacktestFigures {
  /** The computed symbols, sorted by UTF-16 code unit. */
  readonly symbols: readonly SymbolResult[];
  /** All computed symbols together; undefined if there are none. */
  readonly portfolio: PortfolioResult | undefined;
}

/** Counts bars over all symbols, reports them, and yields to the event loop. */
interface BarCounter {
  /** Counts `done` finished bars of the current symbol. */
  advance(done: number): Promise<void>;
  /** Counts the current symbol, of `rows` bars, as finished. */
  finish(rows: number): Promise<void>;
}

function createBarCounter(total: number, onProgress: ProgressListener | undefined): BarCounter {
  // Without the signal: `backtestSteps` checks it, so that an abort also ends its iteration over the series.
  const pacer = createPacer({ onProgress });
  let finished = 0;
  let reported = 0;
  function count(done: number, isLast: boolean): Promise<void> {
    if (isLast || done - reported >= rowsBetweenReports) {
      reported = done;
      pacer.report({ phase: "computing", done, total, unit: "bars" });
    }
    if (isLast) pacer.flush();
    return pacer.pause();
  }
  return {
    advance: (done) => count(finished + done, false),
    finish(rows) {
      finished += rows;
      return count(finished, finished === total);
    },
  };
}

/** Runs the steps of one symbol to their end with pauses between. */
async function drive(series: Series, options: BacktestStepsOptions, counter: BarCounter): Promise<SymbolFigures> {
  const steps = backtestSteps(series, options);
  let step = steps.next();
  while (step.done !== true) {
    await counter.advance(step.value);
    step = steps.next();
  }
  return step.value;
}

/**
 * Bad data skips one symbol. Any other error (an abort, an invalid configuration, a damaged store, a defect) ends the
 * backtest.
 */
function skippedBy(error: unknown, symbol: string): SkippedSymbol {
  if (!isAtcError(error, "ATC_INVALID_DATA")) throw error;
  return { symbol, reason: error.message, code: error.code };
}

function chooseStrategy(options: BacktestOptions): Strategy {
  if (options.strategy === undefined) return atcStrategy(options.signals);
  if (options.signals === undefined) return options.strategy;
  throw new AtcError(
    "ATC_INVALID_ARGUMENT",
    `both a strategy ("${options.strategy.name}") and the configuration of ATC's signals are given; leave one out`,
  );
}

/** Tests all symbols, one after the other, without the portfolio. */
async function testSymbols(
  dataset: Dataset,
  options: BacktestIntoOptions,
): Promise<Omit<BacktestFigures, "portfolio">> {
  const config = validateBacktestConfig(options.config ?? {});
  const strategy = chooseStrategy(options);
  const { curves, signal, limit, period, remember = (_symbol, compute) => compute() } = options;
  const names = [...new Set(options.symbols ?? dataset.symbols())].toSorted(byCodeUnit);
  const all = names.map((name) => dataset.series(name));
  const rows = all.map((series) => periodRows(series, { limit, period }));
  const total = rows.reduce((sum, { start, to }) => sum + to - start, 0);
  const counter = createBarCounter(total, options.onProgress);
  throwIfAborted(signal);
  const symbols: SymbolFigures[] = [];
  const skipped: SkippedSymbol[] = [];
  for (const [i, series] of all.entries()) {
    const { symbol } = series;
    const { start, to, curveBars } = rows[i];
    try {
      const compute = (): Promise<SymbolFigures> =>
        drive(series, { strategy, config, limit, period, signal, sink: curves.sink(symbol, curveBars) }, counter);
      symbols.push(await remember(symbol, compute));
    } catch (error) {
      skipped.push(skippedBy(error, symbol));
    }
    await counter.finish(to - start);
    throwIfAborted(signal);
  }
  return { config, symbols, skipped };
}

/**
 * Tests a strategy on the symbols of a dataset, one after the other, and computes their portfolio. Bars and trades go
 * to a store of curves. A symbol with invalid data is listed under `skipped` with the reason, and the others continue.
 * Memory does not grow with the bars, apart from the store's.
 *
 * @throws ATC_INVALID_CONFIG, ATC_INVALID_ARGUMENT; ATC_NOT_FOUND for a symbol that the dataset lacks; ATC_ABORTED;
 * ATC_CLOSED, ATC_CORRUPT_DATA or ATC_IO from the dataset; what the store or the strategy throws
 */
export async function backtestInto(dataset: Dataset, options: BacktestIntoOptions): Promise<BacktestFigures> {
  const tested = await testSymbols(dataset, options);
  const accounts = tested.symbols.map((figures) => ({ figures, curves: options.curves.reader(figures.symbol) }));
  const whole =
    accounts.length === 0
      ? undefined
      : portfolioOf(accounts, tested.config, options.onPortfolio, startOf(options, tested));
  return { ...tested, portfolio: whole };
}

/**
 * Like {@link backtestInto}, with bars and trades in arrays: 17 bytes per bar, 8 per requested column, 95 per trade and
 * 41 per fill in memory, and one block.
 *
 * @throws what {@link backtestInto} throws
 */
export async function backtest(dataset: Dataset, options: ArrayBacktestOptions = {}): Promise<BacktestResult> {
  const { columns, fills } = options;
  const curves = arrayCurves({ columns, fills });
  const tested = await testSymbols(dataset, { ...options, curves });
  const symbols = tested.symbols.map((figures) => ({ ...figures, ...curves.arrays(figures.symbol) }));
  const from = startOf(options, tested);
  return { ...tested, symbols, portfolio: symbols.length === 0 ? undefined : portfolio(symbols, tested.config, from) };
}

/** The time at which the period starts, in the unit of the results. */
function startOf(
  { period }: BacktestOptions,
  { symbols: [first] }: Pick<BacktestFigures, "symbols">,
): bigint | undefined {
  return first === undefined ? undefined : periodStart(period, first.timeUnit);
}
