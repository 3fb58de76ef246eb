import type { RowKind } from "@atc/contract";
import type { BarSink } from "./bar-sink.ts";
import type { ResolvedResample } from "./resample-options.ts";

/** Counts of rows that are in no bar. */
interface RowTally {
  /** Rows outside of the session. */
  outside: number;
  /** Rows of a last bar that was left out. */
  unfinished: number;
}

/** The state of filling the bars of a series, whatever their rule. */
export interface BarRun {
  readonly kind: RowKind;
  /** The columns of each row block. */
  readonly inputs: readonly string[];
  readonly options: ResolvedResample;
  readonly sink: BarSink;
  readonly tally: RowTally;
}
