/** Kinds of {@link DatasetNote}, the most important first. */
export type DatasetNoteKind = (typeof noteKinds)[number];

export const noteKinds = [
  "signals",
  "universe",
  "strayTimes",
  "badRows",
  "missingColumns",
  "opensOutsideRange",
  "openJumps",
  "revertingJumps",
  "ohlcViolations",
  "badPrices",
  "jumps",
  "reading",
  "duplicates",
  "order",
  "overlaps",
  "droppedColumns",
  "gaps",
] as const;

/** Something to know about the rows of a dataset before one relies on results of them. */
export interface DatasetNote {
  /** What it is about, for programs. */
  readonly kind: DatasetNoteKind;
  /** The number of rows, bars, gaps, columns or pairs of files; 1 for a note of the source about its reading. */
  readonly count: number;
  /** A sentence without a full stop. */
  readonly text: string;
}
