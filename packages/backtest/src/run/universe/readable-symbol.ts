import { type BacktestConfig, type Series, throwIfAborted } from "@atc/contract";
import { outsidePeriod, type Period, type PeriodRows, periodRows } from "../../base/period.ts";
import { createPriceScreen } from "../../prices/price-screen.ts";
import { createSplitScan } from "../../prices/split-scan.ts";
import { dataWarnings } from "../../prices/warnings.ts";
import type { StrategyDescription } from "../../strategy/strategy-description.ts";
import { noBars } from "../backtest-series.ts";
import { createTimeCheck, type SymbolDecisions } from "../decide-series.ts";
import { defaultBlockLength } from "../decided-bars.ts";
import { type ReadColumns, readColumns } from "../read-columns.ts";

/** A symbol that a strategy of all symbols can see: its bars are valid. */
export interface ReadableSymbol {
  /** What is known of its decisions, which are not made yet. */
  readonly decisions: SymbolDecisions;
  /** Number of its valid bars before the period. The last of them is the first that has a stored decision. */
  readonly before: number;
}

/** Options of {@link readableSteps}. */
export interface ReadableOptions {
  readonly strategy: StrategyDescription;
  /** A valid configuration. */
  readonly config: BacktestConfig;
  readonly limit: number | undefined;
  readonly period: Period | undefined;
  readonly signal: AbortSignal | undefined;
}

/** The columns that a strategy and the fills read. Excursions need an account, which reads its prices again. */
export function decisionColumns(series: Series, { strategy, config }: ReadableOptions): ReadColumns {
  return { ...readColumns(series, strategy, config), excursions: [] };
}

/**
 * Checks all bars of a symbol before a strategy sees the first: what it has seen of a symbol cannot be taken back.
 * Yields the number of finished rows after each block.
 *
 * @throws ATC_INVALID_DATA for an invalid price under `invalidPrices: error`, a missing column, two bars at one time,
 * and a symbol without a valid bar in the period; ATC_ABORTED
 */
export function* readableSteps(series: Series, options: ReadableOptions): Generator<number, ReadableSymbol, void> {
  const { config, period, signal } = options;
  const { symbol } = series;
  throwIfAborted(signal);
  const { timeUnit, prices } = decisionColumns(series, options);
  const rows = periodRows(series, options);
  if (rows.from === rows.to) throw outsidePeriod(series, options);
  const screen = createPriceScreen({ symbol, timeUnit, prices, others: [], policy: config.invalidPrices });
  const splits = createSplitScan();
  const check = createTimeCheck(symbol, timeUnit);
  const times = new BigInt64Array(Math.min(rows.to - rows.start, defaultBlockLength));
  let bars = 0;
  let firstTime: bigint | undefined;

  function* read({ from, to, isBefore }: RowRange): Generator<number, void, void> {
    if (from >= to) return;
    for (const block of series.blocks({
      columns: ["timestamp", ...prices],
      from,
      to,
      blockLength: defaultBlockLength,
    })) {
      const { close } = screen.take(block, times);
      const length = close?.length ?? 0;
      if (close !== undefined && length > 0) {
        const taken = times.subarray(0, length);
        check(taken);
        splits.push(close, taken);
        if (isBefore) firstTime = taken[length - 1];
        else firstTime ??= taken[0];
        bars += length;
      }
      yield block.row + block.length - rows.start;
      throwIfAborted(signal);
    }
  }

  yield* read({ from: rows.start, to: rows.from, isBefore: true });
  const before = bars;
  yield* read({ from: rows.from, to: rows.to, isBefore: false });
  const { skipped: skippedBars } = screen;
  if (bars === before || firstTime === undefined) throw noBars(symbol, skippedBars, period);
  const warnings = dataWarnings({ seenBars: bars, timeUnit, splits, skippedBars, strategy: [] });
  const decided = bars - before + Math.min(before, 1);
  return { before, decisions: { symbol, timeUnit, bars: decided, firstTime, warnings, skippedBars } };
}

/** Rows of a series, `to` exclusive. */
interface RowRange extends Pick<PeriodRows, "from" | "to"> {
  readonly isBefore: boolean;
}
