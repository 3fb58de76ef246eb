import type { RowKind } from "@atc/contract";
import type { BarSink } from "./bar-sink.ts";
import type { ResolvedResample } from "./resample-options.ts";

/** Counts of rows that are in no bar. */
interface RowTally {
  /** Rows outside of the session. */
  outside: number;
  /** Of these, rows at the end of a session; at its start, if the times of rows are ends. */
  atEdge: number;
  /** Rows of a last bar that was left out. */
  unfinished: number;
  /** Rows that reach over the border of their bar. */
  crossing: number;
}

export function rowTally(): RowTally {
  return { outside: 0, atEdge: 0, unfinished: 0, crossing: 0 };
}

/** The state of filling the bars of a series, whatever their rule. */
export interface BarRun {
  readonly kind: RowKind;
  /** The columns of each row block. */
  readonly inputs: readonly string[];
  readonly options: ResolvedResample;
  /** The usual length of a row, in ms; NaN if it is unknown. */
  readonly rowMs: number;
  readonly sink: BarSink;
  readonly tally: RowTally;
}
