import {
  AtcError,
  type BacktestConfig,
  type Dataset,
  type OperationOptions,
  type Series,
  type SignalConfig,
  throwIfAborted,
} from "@atc/contract";
import { createPacer } from "@atc/plugin-kit";
import { knownTimes } from "@atc/resample";
import { byCodeUnit } from "../base/code-unit-order.ts";
import { validateBacktestConfig } from "../base/configuration.ts";
import { type Period, periodRows, periodStart } from "../base/period.ts";
import { checkData } from "../decisions/check-data.ts";
import type { MetricName } from "../metrics/table/metric-names.ts";
import {
  type PortfolioAccount,
  type PortfolioFigures,
  type PortfolioResult,
  portfolioAccounts,
  portfolioOf,
} from "../portfolio/portfolio.ts";
import type { PortfolioListener } from "../portfolio/since-last-before.ts";
import { arrayCurves, type CurveArrays } from "../results/array-curves.ts";
import { barColumns, type CurveContent, type CurveSink, type CurveStore } from "../results/curves.ts";
import type { SymbolFigures, SymbolResult } from "../results/symbol-result.ts";
import { atcStrategy } from "../strategy/atc-strategy.ts";
import type { BoundStrategy } from "../strategy/strategy.ts";
import { type AnyBoundStrategy, withUniverseDefaults } from "../strategy/universe-strategy.ts";
import { neededCurveColumns, scalesWithCapital } from "./account-symbols.ts";
import { accountTotals } from "./account-totals.ts";
import { backtestSteps } from "./backtest-series.ts";
import { createBarCounter, drive } from "./bar-counter.ts";
import { benchmarkCloses, benchmarkSeries } from "./benchmark-closes.ts";
import type { SymbolContribution } from "./contributions.ts";
import { decideSteps, type SymbolDecisions } from "./decide-series.ts";
import { resimulateSteps } from "./resimulate.ts";
import { sharedSteps } from "./shared-account.ts";
import { type SkippedSymbol, skippedBy } from "./skipped-symbol.ts";
import { decideUniverse, type RememberUniverse } from "./universe/decide-universe.ts";

/** Options of {@link backtest}. */
export interface BacktestOptions extends OperationOptions {
  /**
   * The strategy, which decides the directions. One that sees all symbols gives weights instead. Defaults to ATC with
   * `signals`.
   */
  readonly strategy?: AnyBoundStrategy | undefined;
  /** The configuration of ATC. Default: `signalDefaults`. */
  readonly signals?: Partial<SignalConfig> | undefined;
  /**
   * Fills and costs. Default: `backtestDefaults`; for a strategy that sees all symbols with `account` `shared`, `signal`
   * `weight` and `weights` `full`.
   */
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
  /** The metrics besides the first 23. Defaults to none: metrics that are not wanted are not computed. */
  readonly metrics?: Iterable<MetricName> | undefined;
}

/** Options of {@link backtest} besides those of every backtest. */
export interface ArrayBacktestOptions extends BacktestOptions, CurveContent {}

/** Asks a cache or another thread for the result of a symbol. */
export type Remember<Result> = (symbol: string, compute: () => Promise<Result>) => Promise<Result>;

/** Options of {@link backtestInto}. */
export interface BacktestIntoOptions extends BacktestOptions {
  /**
   * Receives the bars and trades of every symbol. It must have the columns of {@link neededCurveColumns}; for a strategy
   * that sees all symbols that is under {@link universeDefaults}.
   */
  readonly curves: CurveStore;
  /**
   * Receives curves of accounts that are simulated again: in a shared account its points, trades and fills under the
   * name {@link sharedAccountName}; else those of each symbol's part of the capital, if they do not follow from an
   * account of the whole capital. Default: arrays.
   */
  readonly accountCurves?: CurveStore | undefined;
  /**
   * Called for every symbol, so that a cache or another thread can provide its result. Returns figures whose curves
   * are in `curves`, or the result of `compute`. An error that it throws counts as an error of the computation.
   */
  readonly remember?: Remember<SymbolFigures> | undefined;
  /** Like `remember`, for the decisions of a symbol in a shared account. */
  readonly rememberDecisions?: Remember<SymbolDecisions> | undefined;
  /** Like `remember`, for the decisions of a strategy that sees all symbols. */
  readonly rememberUniverse?: RememberUniverse | undefined;
  /** Receives the portfolio's curve, block by block. In a shared account that is in `accountCurves` instead. */
  readonly onPortfolio?: PortfolioListener | undefined;
}

/** The name of the curves of the account that all symbols share. */
export const sharedAccountName = "portfolio";

/** The figures of a dataset's backtest, without arrays. */
export interface BacktestFigures {
  /** The configuration of fills and costs, complete. */
  readonly config: BacktestConfig;
  /** The computed symbols, sorted by UTF-16 code unit; none if they share the account. */
  readonly symbols: readonly SymbolFigures[];
  /** What each symbol contributed to the shared account, in the same order; undefined if accounts are separate. */
  readonly contributions?:
    | readonly (SymbolContribution & Pick<SymbolDecisions, "warnings" | "skippedBars">)[]
    | undefined;
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
  /** The points, trades and fills of the shared account; undefined if accounts are separate. */
  readonly account?: CurveArrays | undefined;
}

function chooseStrategy(options: BacktestOptions): AnyBoundStrategy {
  if (options.strategy === undefined) return atcStrategy(options.signals);
  if ("parameters" in options.strategy)
    throw new AtcError(
      "ATC_INVALID_ARGUMENT",
      `the strategy "${options.strategy.name}" has no values for its parameters; give bindStrategy(strategy, values)`,
    );
  if (options.signals === undefined) return options.strategy;
  throw new AtcError(
    "ATC_INVALID_ARGUMENT",
    `both a strategy ("${options.strategy.name}") and the configuration of ATC's signals are given; leave one out`,
  );
}

/** A run over symbols: what all of its stages need. */
interface Run<Bound extends AnyBoundStrategy = AnyBoundStrategy> {
  readonly dataset: Dataset;
  readonly options: BacktestIntoOptions;
  readonly config: BacktestConfig;
  readonly strategy: Bound;
  readonly benchmark: Series | undefined;
}

/** What all symbols decided, for an account that they share. */
interface Decided {
  readonly results: readonly SymbolDecisions[];
  readonly skipped: readonly SkippedSymbol[];
  /** Warnings of the run as a whole. Default: none. */
  readonly warnings?: readonly string[];
}

function startRun(dataset: Dataset, options: BacktestIntoOptions): Run {
  const strategy = chooseStrategy(options);
  const config = validateBacktestConfig(withUniverseDefaults(options.config ?? {}, strategy));
  checkData(config, strategy, dataset);
  const benchmark = benchmarkSeries(dataset, config);
  return { dataset, options, config, strategy, benchmark };
}

/** Computes all symbols, one after the other. */
async function eachSymbol<Result>(
  { dataset, options }: Run,
  remember: Remember<Result>,
  stepsOf: (series: Series, sink: CurveSink) => Generator<number, Result, void>,
): Promise<{ readonly results: readonly Result[]; readonly skipped: readonly SkippedSymbol[] }> {
  const { curves, signal, limit, period } = options;
  const names = [...new Set(options.symbols ?? dataset.symbols())].toSorted(byCodeUnit);
  const all = names.map((name) => dataset.series(name));
  const rows = all.map((series) => periodRows(series, { limit, period }));
  const total = rows.reduce((sum, { start, to }) => sum + to - start, 0);
  const counter = createBarCounter(total, options.onProgress);
  throwIfAborted(signal);
  const results: Result[] = [];
  const skipped: SkippedSymbol[] = [];
  for (const [i, series] of all.entries()) {
    const { symbol } = series;
    const { start, to, curveBars } = rows[i];
    try {
      const compute = (): Promise<Result> => drive(stepsOf(series, curves.sink(symbol, curveBars)), counter);
      results.push(await remember(symbol, compute));
    } catch (error) {
      skipped.push(skippedBy(error, symbol));
    }
    await counter.finish(to - start);
    throwIfAborted(signal);
  }
  return { results, skipped };
}

/** Tests all symbols, each with an account of its own, without the portfolio. */
async function testSymbols(run: Run<BoundStrategy>): Promise<Omit<BacktestFigures, "portfolio">> {
  const { config, strategy, benchmark } = run;
  const { limit, period, signal, metrics, remember = (_symbol, compute) => compute() } = run.options;
  const times = knownTimes(run.dataset.manifest);
  const { results: symbols, skipped } = await eachSymbol(run, remember, (series, sink) =>
    backtestSteps(series, { strategy, config, limit, period, signal, metrics, benchmark, sink, times }),
  );
  return { config, symbols, skipped };
}

/** The accounts of the portfolio: parts of the symbols' accounts, or accounts of a part of the capital. */
async function accountsOfPortfolio(
  run: Run,
  symbols: readonly SymbolFigures[],
): Promise<{ readonly accounts: readonly PortfolioAccount[]; readonly capital: "whole" | "part" }> {
  const { dataset, config, strategy, options } = run;
  const { curves, limit, period, signal } = options;
  const whole = portfolioAccounts(symbols.map((figures) => ({ figures, curves: curves.reader(figures.symbol) })));
  if (symbols.length < 2 || scalesWithCapital(config)) return { accounts: whole, capital: "whole" };
  const store = options.accountCurves ?? arrayCurves();
  const capital = config.initialCapital / symbols.length;
  const pacer = createPacer({ signal });
  const accounts: PortfolioAccount[] = [];
  for (const [place, { symbol, timeUnit, totals }] of symbols.entries()) {
    const decisions = whole[place].curves;
    const sink = store.sink(symbol, decisions.bars);
    const given = { strategy, config, limit, period, signal, capital, sink };
    const steps = resimulateSteps({ series: dataset.series(symbol), decisions }, given);
    let step = steps.next();
    for (; step.done !== true; step = steps.next()) await pacer.pause();
    const { account, curves: own } = step.value;
    const { buyAndHold } = totals;
    accounts.push({
      timeUnit,
      curves: own,
      closes: decisions,
      totals: { ...accountTotals(account, capital, timeUnit), buyAndHold },
    });
  }
  return { accounts, capital: "part" };
}

async function separatePortfolio(
  run: Run,
  symbols: readonly SymbolFigures[],
  onBlock: PortfolioListener | undefined,
): Promise<PortfolioFigures | undefined> {
  const [first] = symbols;
  if (first === undefined) return undefined;
  const { config, benchmark, options } = run;
  const { accounts, capital } = await accountsOfPortfolio(run, symbols);
  return portfolioOf(accounts, {
    config,
    capital,
    metrics: options.metrics,
    benchmark: benchmark === undefined ? undefined : benchmarkCloses(benchmark),
    onBlock,
    from: periodStart(options.period, first.timeUnit),
  });
}

/** Decides for each symbol by itself. */
async function decideSymbols(run: Run<BoundStrategy>): Promise<Decided> {
  const { config, strategy, options } = run;
  const { limit, period, signal, rememberDecisions = (_symbol, compute) => compute() } = options;
  const times = knownTimes(run.dataset.manifest);
  return await eachSymbol(run, rememberDecisions, (series, sink) =>
    decideSteps(series, { strategy, config, limit, period, signal, sink, times }),
  );
}

/** Simulates one account that all symbols share from their decisions. */
async function testShared(run: Run, { results: decided, skipped, warnings = [] }: Decided): Promise<BacktestFigures> {
  const { dataset, config, strategy, benchmark, options } = run;
  const { curves, limit, period, signal, metrics = [] } = options;
  const [first] = decided;
  if (first === undefined) return { config, symbols: [], contributions: [], skipped, portfolio: undefined };
  const { timeUnit } = first;
  const bars = decided.reduce((sum, one) => sum + one.bars, 0);
  const store = options.accountCurves ?? arrayCurves({ columns: ["cash", "exposure"] });
  const symbols = decided.map(({ symbol }) => ({ series: dataset.series(symbol), decisions: curves.reader(symbol) }));
  const steps = sharedSteps(symbols, timeUnit, {
    strategy,
    config,
    limit,
    period,
    signal,
    metrics,
    // The weights of symbols that the run does not use are those of symbols without a position.
    skipped: dataset.symbols(),
    benchmark: benchmark === undefined ? undefined : benchmarkCloses(benchmark),
    from: periodStart(period, timeUnit),
    sink: store.sink(sharedAccountName, bars),
  });
  const { portfolio: figures, contributions } = await drive(steps, createBarCounter(bars, options.onProgress));
  const known = contributions.map((one, place) => {
    const { warnings: own, skippedBars } = decided[place];
    return { ...one, warnings: own, skippedBars };
  });
  const portfolio = { ...figures, warnings: [...figures.warnings, ...warnings] };
  return { config, symbols: [], contributions: known, skipped, portfolio };
}

/**
 * Tests a strategy on the symbols of a dataset, one after the other, and computes their portfolio. Bars and trades go
 * to a store of curves. Under `account: shared` the decisions of all symbols are stored first, and one account is
 * simulated from them. A symbol with invalid data or an invalid decision is listed under `skipped` with the reason, and
 * the others continue. A strategy that sees all symbols does not see those with invalid data, and its invalid weight
 * ends the backtest. Memory does not grow with the bars, apart from the stores'.
 *
 * @throws ATC_INVALID_CONFIG, ATC_INVALID_ARGUMENT; ATC_NOT_FOUND for a symbol that the dataset lacks; ATC_ABORTED;
 * ATC_INVALID_DATA if a shared account overflows; ATC_CLOSED, ATC_CORRUPT_DATA or ATC_IO from the dataset; what a store
 * or the strategy throws
 */
export async function backtestInto(dataset: Dataset, options: BacktestIntoOptions): Promise<BacktestFigures> {
  const run = startRun(dataset, options);
  const { strategy, config } = run;
  if (strategy.scope === "universe") return await testShared(run, await decideUniverse({ ...run, strategy }));
  const own = { ...run, strategy };
  if (config.account === "shared") return await testShared(run, await decideSymbols(own));
  const tested = await testSymbols(own);
  return { ...tested, portfolio: await separatePortfolio(run, tested.symbols, options.onPortfolio) };
}

/** Keeps the points of a curve in arrays. */
function createPoints(): { readonly take: PortfolioListener; arrays(): Pick<PortfolioResult, "times" | "equity"> } {
  const times: BigInt64Array[] = [];
  const equity: Float64Array[] = [];
  return {
    take(blockTimes, blockEquity, length) {
      times.push(blockTimes.slice(0, length));
      equity.push(blockEquity.slice(0, length));
    },
    arrays() {
      const length = times.reduce((sum, block) => sum + block.length, 0);
      const whole = { times: new BigInt64Array(length), equity: new Float64Array(length) };
      let row = 0;
      for (const [i, block] of times.entries()) {
        whole.times.set(block, row);
        whole.equity.set(equity[i], row);
        row += block.length;
      }
      return whole;
    },
  };
}

/**
 * Like {@link backtestInto}, with bars and trades in arrays: 17 bytes per bar, 8 per requested column, 95 per trade and
 * 41 per fill in memory, and one block.
 *
 * @throws what {@link backtestInto} throws
 */
export async function backtest(dataset: Dataset, options: ArrayBacktestOptions = {}): Promise<BacktestResult> {
  const { columns = [], fills, metrics, strategy = {} } = options;
  const config = validateBacktestConfig(withUniverseDefaults(options.config ?? {}, strategy));
  const needed = neededCurveColumns({ config, symbols: dataset.symbols().length, metrics });
  const curves = arrayCurves({ columns: barColumns.filter((name) => [...columns, ...needed].includes(name)), fills });
  const accountCurves =
    config.account === "shared" ? arrayCurves({ columns: ["cash", "exposure", "grossEquity"], fills }) : arrayCurves();
  const points = createPoints();
  const figures = await backtestInto(dataset, { ...options, curves, accountCurves, onPortfolio: points.take });
  const symbols = figures.symbols.map((one) => ({ ...one, ...curves.arrays(one.symbol) }));
  if (figures.portfolio === undefined) return { ...figures, symbols, portfolio: undefined };
  if (config.account === "separate")
    return { ...figures, symbols, portfolio: { ...figures.portfolio, ...points.arrays() } };
  const account = accountCurves.arrays(sharedAccountName);
  const { times, equity } = account;
  return { ...figures, symbols, account, portfolio: { ...figures.portfolio, times, equity } };
}
