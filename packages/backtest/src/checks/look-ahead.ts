import { AtcError, type BacktestConfig, type OperationOptions, type Series } from "@atc/contract";
import { isoTime } from "../base/calendar.ts";
import { validateBacktestConfig } from "../base/configuration.ts";
import { checkCount, periodRows } from "../base/period.ts";
import { timeUnitOf } from "../run/read-columns.ts";
import type { BoundStrategy } from "../strategy/strategy.ts";
import { type CutRowsOptions, cutRows } from "./cut-rows.ts";
import { type DecisionBlocksOptions, decisionBlocks, type RowSpan } from "./decision-blocks.ts";
import { type BarDecision, type DecisionRecord, decisionAt, firstDifference, recordSteps } from "./decision-record.ts";
import { dividedSeries, onCopies } from "./divided-series.ts";

/** Options of a check of decisions. */
export interface DecisionCheckOptions extends Pick<OperationOptions, "signal"> {
  /** It runs several times on the series. */
  readonly strategy: BoundStrategy;
  /** The simulation, which says what decisions are read. Default: `backtestDefaults`. */
  readonly config?: Partial<BacktestConfig> | undefined;
  /** Number of last bars to use, 1 or more. Defaults to all. */
  readonly limit?: number | undefined;
}

/** Options of {@link lookaheadSteps}. */
export interface LookaheadOptions extends DecisionCheckOptions, CutRowsOptions {}

/**
 * Why decisions change: `ahead` if data that ends earlier changes them, `blocks` if only the division of the same bars
 * into blocks does, `unsteady` if a second run over the same data does.
 */
export type ChangeCause = "ahead" | "blocks" | "unsteady";

/** The first decision that changes. */
export interface ChangedDecision {
  /** Why it changes. */
  readonly cause: ChangeCause;
  /** The bar of the decision, ISO 8601. */
  readonly time: string;
  /** The last bar of the data, or of the block, that the other run had seen, ISO 8601. */
  readonly cut: string;
  /** The decision of the whole run. */
  readonly whole: BarDecision;
  /** The decision of the other run. */
  readonly other: BarDecision;
}

/** Whether decisions of one symbol depend on later bars. Plain data. */
export interface LookaheadFinding {
  /** The checked symbol. */
  readonly symbol: string;
  /** Bars with a decision. */
  readonly bars: number;
  /** Rows at which the data ended. */
  readonly cuts: number;
  /** Absent: no decision changes. */
  readonly first?: ChangedDecision;
}

interface Difference extends Omit<ChangedDecision, "cause"> {
  /** The row after the last one that the other run had seen. */
  readonly row: number;
}

/** Compares the decisions of a run, as they come, with those of the whole run. */
function* differenceSteps(
  series: Series,
  record: DecisionRecord,
  options: DecisionBlocksOptions,
): Generator<number, Difference | undefined, void> {
  const unit = timeUnitOf(series);
  let bar = 0;
  for (const block of decisionBlocks(series, options)) {
    const { times, directions, nextRow } = block;
    const at = firstDifference(block, record, bar);
    if (at >= 0)
      return {
        time: isoTime(times[at], unit),
        cut: isoTime(times[times.length - 1], unit),
        whole: decisionAt(record, bar + at),
        other: decisionAt(block as Parameters<typeof decisionAt>[0], at),
        row: nextRow,
      };
    bar += directions.length;
    yield nextRow - options.rows.start;
  }
  return undefined;
}

/**
 * Runs a strategy on a series twice: as a backtest does, and in blocks that end at many rows. At the end of such a
 * block the strategy has seen nothing later, so this one run stands for as many runs over data that ends there. A
 * difference is then traced to its cause with runs over data that does end there. Yields the number of finished rows of
 * all runs, usually twice those of the series.
 *
 * @throws what `backtestSeries` throws
 */
export function* lookaheadSteps(
  series: Series,
  { strategy, config: given = {}, limit, signal, cuts, seed }: LookaheadOptions,
): Generator<number, LookaheadFinding, void> {
  const config = validateBacktestConfig(given);
  checkCount("cuts", cuts);
  if (!Number.isSafeInteger(seed))
    throw new AtcError("ATC_INVALID_ARGUMENT", `seed is "${seed}"; give a whole number`, {
      details: { seed: String(seed) },
    });
  const { symbol } = series;
  const rows: RowSpan = periodRows(series, { limit });
  const options = { strategy, config, rows, ...(signal === undefined ? {} : { signal }) };
  const ends = cutRows(series, rows, { cuts, seed });
  const record = yield* recordSteps(series, options);
  let done = rows.to - rows.start;
  function* counted<Result>(steps: Generator<number, Result, void>, span: number): Generator<number, Result, void> {
    const before = done;
    let step = steps.next();
    for (; step.done !== true; step = steps.next()) yield before + step.value;
    done = before + span;
    return step.value;
  }
  const whole = rows.to - rows.start;
  const divided = { ...options, strategy: onCopies(strategy) };
  const found = yield* counted(differenceSteps(dividedSeries(series, ends), record, divided), whole);
  const finding = { symbol, bars: record.bars, cuts: ends.length };
  if (found === undefined) return finding;
  const { row, ...difference } = found;
  // Random numbers, clocks and memory of earlier runs change decisions without any cut. Two more runs, because such a
  // memory may alternate.
  for (let run = 0; run < 2; run++) {
    const again = yield* counted(differenceSteps(series, record, options), whole);
    if (again === undefined) continue;
    const { row: _, ...first } = again;
    return { ...finding, first: { cause: "unsteady", ...first } };
  }
  const ended = { ...divided, rows: { start: rows.start, to: row }, isWhole: false };
  const truncated = yield* counted(differenceSteps(series, record, ended), row - rows.start);
  if (truncated === undefined) return { ...finding, first: { cause: "blocks", ...difference } };
  const { row: _, ...first } = truncated;
  return { ...finding, first: { cause: "ahead", ...first } };
}
