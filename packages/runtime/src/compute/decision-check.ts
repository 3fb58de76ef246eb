import {
  type BoundStrategy,
  type LookaheadFinding,
  lookaheadSteps,
  type WarmupFinding,
  warmupSteps,
} from "@atc/backtest";
import type { BacktestConfig, Series } from "@atc/contract";

/** A check of the decisions of a strategy, as plain data. */
export type DecisionCheck =
  | { readonly kind: "lookahead"; readonly cuts: number; readonly seed: number }
  | { readonly kind: "warmup"; readonly shifts: readonly number[] };

/** What a check found for one symbol. */
export type DecisionFinding = LookaheadFinding | WarmupFinding;

/** What {@link checkSteps} needs besides the series. */
export interface CheckStepsOptions {
  readonly strategy: BoundStrategy;
  readonly config: BacktestConfig;
  readonly limit: number | undefined;
  readonly check: DecisionCheck;
}

/** Checks the decisions for one symbol. Yields the number of finished rows of all its runs. */
export function checkSteps(
  series: Series,
  { strategy, config, limit, check }: CheckStepsOptions,
): Generator<number, DecisionFinding, void> {
  const options = { strategy, config, limit };
  return check.kind === "lookahead"
    ? lookaheadSteps(series, { ...options, cuts: check.cuts, seed: check.seed })
    : warmupSteps(series, { ...options, shifts: check.shifts });
}

/** The rows that a check reads of a symbol of so many rows if it finds nothing. */
export function checkedRows(rows: number, check: DecisionCheck): number {
  if (check.kind === "lookahead") return 2 * rows;
  return check.shifts.reduce((sum, shift) => sum + Math.max(0, rows - shift), rows);
}
