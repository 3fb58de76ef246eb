import { type BacktestConfig, isAtcError, type OperationOptions, type Series } from "@atc/contract";
import type { PeriodRows } from "../base/period.ts";
import { defaultBlockLength, readDecisions } from "../run/decided-bars.ts";
import { readColumns } from "../run/read-columns.ts";
import type { BoundStrategy } from "../strategy/strategy.ts";

/** Decisions at consecutive bars. Valid until the next block. */
export interface DecisionBlock {
  /** Times in the series' unit. */
  readonly times: BigInt64Array;
  readonly directions: Int8Array;
  /** The strengths or weights, if the account reads them. */
  readonly strengths?: Float64Array;
  /** Under `signal: entries`, 1 if an entry counts at the bar, else 0. */
  readonly entries?: Uint8Array;
  /** The row of the series after the block. */
  readonly nextRow: number;
}

/** Rows `start` (inclusive) to `to` (exclusive). */
export type RowSpan = Pick<PeriodRows, "start" | "to">;

/** Options of {@link decisionBlocks}. */
export interface DecisionBlocksOptions extends Pick<OperationOptions, "signal"> {
  readonly strategy: BoundStrategy;
  /** A valid configuration. */
  readonly config: BacktestConfig;
  readonly rows: RowSpan;
  /** Whether the strategy's complaint of too few bars counts. Default: true. */
  readonly isWhole?: boolean;
}

/**
 * Runs a strategy on rows of a series as a backtest does, and passes on the decisions that its account would read.
 *
 * @throws what `backtestSeries` throws for the data and for a decision that is not one
 */
export function* decisionBlocks(series: Series, options: DecisionBlocksOptions): Generator<DecisionBlock, void, void> {
  const { strategy, config, rows, signal, isWhole = true } = options;
  const { start, to } = rows;
  const reading = readDecisions(series, {
    strategy,
    config,
    columns: { ...readColumns(series, strategy, config), excursions: [] },
    rows: { start, from: start, to, curveBars: to - start },
    blockLength: defaultBlockLength,
    strength: false,
    ...(signal === undefined ? {} : { signal }),
  });
  let times = new BigInt64Array(0);
  let directions = new Int8Array(0);
  const room = (length: number): { readonly times: BigInt64Array; readonly directions: Int8Array } => {
    if (times.length < length) {
      times = new BigInt64Array(length);
      directions = new Int8Array(length);
    }
    return { times, directions };
  };
  for (const { rows: decided, length, done } of reading.blocks(room)) {
    if (length === 0) continue;
    const { strengths, entries } = decided;
    yield {
      times: decided.times,
      directions: decided.directions,
      ...(strengths === undefined ? {} : { strengths }),
      ...(entries === undefined ? {} : { entries }),
      nextRow: start + done,
    };
  }
  try {
    reading.finish();
  } catch (error) {
    if (isWhole || !isAtcError(error, "ATC_INVALID_DATA")) throw error;
  }
}
