/** The progress of a long operation. */
export interface Progress {
  /** The current phase, in one word for people: `reading`, `sorting`, `writing`, `computing`. */
  readonly phase: string;
  /** Units completed in this phase. */
  readonly done: number;
  /** Total number of units, if known. */
  readonly total?: number;
  /** What is counted. */
  readonly unit: "bytes" | "rows" | "bars" | "symbols" | "configurations" | "samples";
  /** Rows processed in this phase, if rows are not the unit. */
  readonly rows?: number;
  /** A remark for people, of a few words. */
  readonly note?: string;
}

/** Receives progress, at most a few dozen times per second. */
export type ProgressListener = (progress: Progress) => void;

/** Options of every asynchronous operation. */
export interface OperationOptions {
  /** Ends the operation with ATC_ABORTED. */
  readonly signal?: AbortSignal | undefined;
  /** Receives the operation's progress. */
  readonly onProgress?: ProgressListener | undefined;
}
