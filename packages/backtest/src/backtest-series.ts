import {
  AtcError,
  type BacktestConfig,
  type OperationOptions,
  type ReadonlyTypedArray,
  type Series,
  throwIfAborted,
} from "@atc/contract";
import type { TimeUnit } from "./calendar.ts";
import { validateBacktestConfig } from "./configuration.ts";
import { metricsOf } from "./metrics.ts";
import { createPriceScreen, type PriceScreen } from "./price-screen.ts";
import { createSimulator, type SimulatedAccount } from "./simulator.ts";
import { createSplitScan, type SplitScan } from "./split-scan.ts";
import type { Strategy, StrategyBars } from "./strategy.ts";
import type { SymbolResult } from "./symbol-result.ts";
import { tradeStatistics } from "./trades.ts";
import { warningsOf } from "./warnings.ts";

/** How to test one series. */
export interface BacktestSeriesOptions extends OperationOptions {
  /** What decides the directions. */
  readonly strategy: Strategy;
  /** Fills and costs; the defaults where absent. */
  readonly config?: Partial<BacktestConfig>;
  /** Only the last so many bars, 1 or more; all where absent. */
  readonly limit?: number | undefined;
  /** The most bars handled at once; 32,768 where absent. Results do not depend on it. */
  readonly blockLength?: number | undefined;
}

const priceNames: readonly string[] = ["close", "open", "high", "low"];
const defaultBlockLength = 32_768;
/** Rows between two reports of progress: some ten a second under ATC, and no clock is needed. */
export const rowsBetweenReports = 131_072;

function checkCount(name: string, value: number | undefined): void {
  if (value === undefined || (Number.isSafeInteger(value) && value >= 1)) return;
  throw new AtcError("ATC_INVALID_ARGUMENT", `${name} is "${value}"; give a whole number of bars, 1 or more`, {
    details: { [name]: String(value) },
  });
}

/** Bars of a series that a limit leaves. */
export function barsWithin(series: Series, limit: number | undefined): number {
  checkCount("limit", limit);
  return limit === undefined ? series.length : Math.min(limit, series.length);
}

interface Columns {
  readonly timeUnit: TimeUnit;
  /** The column whose prices fill orders. */
  readonly fill: "open" | "close";
  readonly prices: readonly string[];
  readonly others: readonly string[];
}

/** Which columns are read. Ticks, and bars with no open, fill at the close of the next row. */
function chooseColumns(series: Series, strategy: Strategy, config: BacktestConfig): Columns {
  const types = new Map(series.columns.map(({ name, type }) => [name, type]));
  const timeUnit = types.get("timestamp") === "timestamp[ns]" ? "ns" : "ms";
  const fill = config.fill === "nextOpen" && types.has("open") && timeUnit === "ms" ? "open" : "close";
  const wanted = [...new Set(["close", fill, ...strategy.columns])];
  const missing = wanted.find((name) => !types.has(name));
  if (missing !== undefined)
    throw new AtcError(
      "ATC_INVALID_DATA",
      `symbol "${series.symbol}" has no column "${missing}", which the strategy "${strategy.name}" needs; its columns are ${[...types.keys()].join(", ")}`,
      { details: { symbol: series.symbol, column: missing } },
    );
  const prices = wanted.filter((name) => priceNames.includes(name));
  return { timeUnit, fill, prices, others: wanted.filter((name) => !priceNames.includes(name)) };
}

interface Pass {
  readonly account: SimulatedAccount;
  readonly splits: SplitScan;
  readonly screen: PriceScreen;
  readonly sentences: readonly string[];
  readonly times: BigInt64Array;
  readonly equity: Float64Array;
  readonly directions: Int8Array;
}

/** Goes through the bars once; yields after every block how many rows are done. */
function* pass(
  series: Series,
  columns: Columns,
  config: BacktestConfig,
  options: BacktestSeriesOptions,
): Generator<number, Pass, void> {
  const rows = barsWithin(series, options.limit);
  const simulator = createSimulator(config);
  const splits = createSplitScan();
  const screen = createPriceScreen({ ...columns, symbol: series.symbol, policy: config.invalidPrices });
  const run = options.strategy.start(series.symbol);
  const times = new BigInt64Array(rows);
  const equity = new Float64Array(rows);
  const directions = new Int8Array(rows);
  let bars = 0;
  let told = 0;
  for (const block of series.blocks({
    columns: ["timestamp", ...columns.prices, ...columns.others],
    from: series.length - rows,
    blockLength: options.blockLength ?? defaultBlockLength,
  })) {
    const taken = screen.take(block, times.subarray(bars)) as StrategyBars;
    const { length } = taken.close;
    const fill = taken[columns.fill] as ReadonlyTypedArray<number>;
    const decided = directions.subarray(bars, bars + length);
    const takenTimes = times.subarray(bars, bars + length);
    if (length > 0) run.decide(taken, decided);
    simulator.push({ times: takenTimes, close: taken.close, fill, directions: decided }, equity.subarray(bars));
    splits.push(taken.close, takenTimes);
    bars += length;
    const done = block.row + block.length - (series.length - rows);
    if (done === rows || done - told >= rowsBetweenReports) {
      told = done;
      options.onProgress?.({ phase: "computing", done, total: rows, unit: "bars" });
    }
    yield done;
    // Here and not in the caller, so that the series' own iteration is ended too.
    throwIfAborted(options.signal);
  }
  if (bars === 0) throw noBars(series.symbol, screen.skipped);
  return {
    account: simulator.account(),
    splits,
    screen,
    sentences: run.finish?.() ?? [],
    times: bars === rows ? times : times.slice(0, bars),
    equity: bars === rows ? equity : equity.slice(0, bars),
    directions: bars === rows ? directions : directions.slice(0, bars),
  };
}

function noBars(symbol: string, skipped: number): AtcError {
  return new AtcError(
    "ATC_INVALID_DATA",
    `symbol "${symbol}" has no bar to test: ${skipped} were left out because a price is missing, zero or negative; correct the data`,
    { details: { symbol, skipped } },
  );
}

/** {@link backtestSeries} step by step: yields after each block how many rows are done, so that the caller can let others run. */
export function* backtestSteps(series: Series, options: BacktestSeriesOptions): Generator<number, SymbolResult, void> {
  throwIfAborted(options.signal);
  checkCount("blockLength", options.blockLength);
  const config = validateBacktestConfig(options.config ?? {});
  const columns = chooseColumns(series, options.strategy, config);
  const { account, splits, screen, sentences, times, equity, directions } = yield* pass(
    series,
    columns,
    config,
    options,
  );
  const { timeUnit } = columns;
  const { skipped: skippedBars } = screen;
  const { firstTime, lastTime, statistics, trades, heldBars, traded, fees } = account;
  const totals = {
    heldBars,
    traded,
    grossReturn: account.grossEquity / config.initialCapital - 1,
    buyAndHold: account.lastClose / account.firstClose - 1,
  };
  const metrics = metricsOf({
    ...totals,
    timeUnit,
    firstTime,
    lastTime,
    statistics,
    equity,
    trades: tradeStatistics([trades]),
    riskFreeRate: config.riskFreeRate,
    exposure: heldBars / account.bars,
    fees,
  });
  const warnings = warningsOf({ account, timeUnit, config, splits, skippedBars, strategy: sentences });
  return { symbol: series.symbol, timeUnit, metrics, warnings, skippedBars, totals, trades, times, equity, directions };
}

/**
 * Tests a strategy on one series: one pass over its blocks, in memory only the result (17 bytes a bar) and one block.
 *
 * @throws ATC_INVALID_DATA where a price is missing, zero or negative (under `invalidPrices: error`), a column is missing or no bar is left;
 * ATC_INVALID_CONFIG; ATC_INVALID_ARGUMENT for a limit or block length below 1 or a direction other than -1, 0 and 1; ATC_ABORTED between blocks.
 */
export function backtestSeries(series: Series, options: BacktestSeriesOptions): SymbolResult {
  const steps = backtestSteps(series, options);
  let step = steps.next();
  while (step.done !== true) step = steps.next();
  return step.value;
}
