import type { PlacedFiles } from "./placed-files.ts";
import type { Span } from "./slice-places.ts";

/** A series whose rows lie in the files of the store, read and written as values of 8 bytes. */
export interface PlacedSeries {
  readonly rows: number;
  /** The first row of each span, and the number of all rows. */
  readonly borders: readonly number[];
  /** Reads the values of rows `from` on of a column, 0 for the times, to the whole of `target`. */
  read(column: number, from: number, target: Uint8Array): void;
  /** Writes them. */
  write(column: number, from: number, source: Uint8Array): void;
}

/** The series of which the spans are, in order. */
export function placedSeries(files: PlacedFiles, spans: readonly Span[]): PlacedSeries {
  const borders = [0];
  for (const { rows } of spans) borders.push((borders.at(-1) as number) + rows);
  const transferBy =
    (transfer: PlacedFiles["read"]): PlacedSeries["read"] =>
    (column, from, bytes) => {
      const to = from + bytes.length / 8;
      for (const [s, { file, offset }] of spans.entries()) {
        const [first, last] = [borders[s], borders[s + 1]];
        if (last <= from || first >= to) continue;
        const [start, end] = [Math.max(from, first), Math.min(to, last)];
        transfer(file, offset + 8 * (start - first), column, bytes.subarray(8 * (start - from), 8 * (end - from)));
      }
    };
  return { rows: borders.at(-1) as number, borders, read: transferBy(files.read), write: transferBy(files.write) };
}
