import type { PlacedFile } from "./placed-files.ts";

/** Where the rows of a slice go that were counted before: plain data for another thread. */
export interface SlicePlaces {
  /** The files of the store. */
  readonly files: readonly PlacedFile[];
  /** The symbols of the slice. */
  readonly symbols: readonly string[];
  /** Where the spans of each symbol start, and where the last ones end. */
  readonly starts: Int32Array;
  /** Per span: the number of its file. */
  readonly spanFiles: Int32Array;
  /** Per span: rows. */
  readonly spanRows: Float64Array;
  /** Per span: the offset of the time of its first row, in bytes. */
  readonly spanOffsets: Float64Array;
}

/** Consecutive rows in a file of the store. */
export interface Span {
  readonly file: number;
  readonly rows: number;
  readonly offset: number;
}

/** The spans of symbols as plain data. */
export function packPlaces(
  files: readonly PlacedFile[],
  spans: Iterable<readonly [symbol: string, spans: readonly Span[]]>,
): SlicePlaces {
  const symbols: string[] = [];
  const all: Span[] = [];
  const starts = [0];
  for (const [symbol, own] of spans) {
    symbols.push(symbol);
    for (const span of own) all.push(span);
    starts.push(all.length);
  }
  return {
    files,
    symbols,
    starts: Int32Array.from(starts),
    spanFiles: Int32Array.from(all, ({ file }) => file),
    spanRows: Float64Array.from(all, ({ rows }) => rows),
    spanOffsets: Float64Array.from(all, ({ offset }) => offset),
  };
}
