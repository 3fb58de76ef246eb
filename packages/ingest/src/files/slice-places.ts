import type { PlacedFile } from "./placed-files.ts";

/** Consecutive rows in a file of the store. */
export interface Span {
  readonly file: number;
  readonly rows: number;
  /** The offset of the time of the first row, in bytes. */
  readonly offset: number;
}

/** Spans of several symbols, as plain data for another thread. */
export interface PackedSpans {
  /** The files of the store. */
  readonly files: readonly PlacedFile[];
  /** Where the spans of each symbol start, and where the last ones end. */
  readonly starts: Int32Array;
  /** Per span: the number of its file. */
  readonly spanFiles: Int32Array;
  /** Per span: rows. */
  readonly spanRows: Float64Array;
  /** Per span: the offset of the time of its first row, in bytes. */
  readonly spanOffsets: Float64Array;
}

/** Rows whose number is known, in groups: those of one symbol, or of some symbols that are parted later. */
export interface RowGroups {
  /** The symbols. */
  readonly symbols: readonly string[];
  /** Per symbol: its group. */
  readonly groups: Int32Array;
  /** Per symbol: its number among those of its group; absent where each group is of one symbol. */
  readonly members?: Int32Array | undefined;
  /** Per group: rows. */
  readonly groupRows: Float64Array;
}

/** Where the rows of a slice go that were counted before. */
export interface SlicePlaces extends RowGroups {
  /** The places of the first symbols, each a group of its own. */
  readonly spans: PackedSpans;
  /** The partitions that the other groups are of. */
  readonly partitions: Int32Array;
  /** Tells partitions apart from others of the same source, which depend on the memory. */
  readonly key: number;
}

/** Packs the spans of symbols. */
export function packSpans(files: readonly PlacedFile[], spans: readonly (readonly Span[])[]): PackedSpans {
  const all = spans.flat();
  const starts = new Int32Array(spans.length + 1);
  for (const [s, own] of spans.entries()) starts[s + 1] = starts[s] + own.length;
  return {
    files,
    starts,
    spanFiles: Int32Array.from(all, ({ file }) => file),
    spanRows: Float64Array.from(all, ({ rows }) => rows),
    spanOffsets: Float64Array.from(all, ({ offset }) => offset),
  };
}

/** The spans of a symbol. */
export function spansOf({ starts, spanFiles, spanRows, spanOffsets }: PackedSpans, symbol: number): Span[] {
  const spans: Span[] = [];
  for (let span = starts[symbol]; span < starts[symbol + 1]; span++)
    spans.push({
      file: spanFiles[span],
      rows: spanRows[span],
      offset: spanOffsets[span],
    });
  return spans;
}
