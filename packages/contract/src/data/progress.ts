/** How far a long operation is. */
export interface Progress {
  /** What is being done now, in one word for people: `reading`, `sorting`, `writing`, `computing`. */
  readonly phase: string;
  /** Units done so far in this phase. */
  readonly done: number;
  /** Units in all, where that is known. */
  readonly total?: number;
  /** What is counted. */
  readonly unit: "bytes" | "rows" | "bars" | "symbols";
  /** Rows handled so far in this phase, where they differ from what is counted. */
  readonly rows?: number;
}

/** Receives progress, at most some tens of times a second. */
export type ProgressListener = (progress: Progress) => void;

/** What every operation that waits accepts. */
export interface OperationOptions {
  /** Ends the operation with ATC_ABORTED. */
  readonly signal?: AbortSignal | undefined;
  /** Is told how far the operation is. */
  readonly onProgress?: ProgressListener | undefined;
}
