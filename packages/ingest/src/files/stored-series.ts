import type { DatasetFiles } from "./dataset-files.ts";
import type { FileExtent } from "./extents.ts";

/** A series in the files of the dataset, read and written as values of 8 bytes. */
export interface StoredSeries {
  readonly rows: number;
  /** The first row of each extent, then the number of all rows. */
  readonly borders: readonly number[];
  /** Fills `target` with the values of a column from row `from` on. Column 0 holds the times. */
  read(column: number, from: number, target: Uint8Array): void;
  /** Writes the values of a column from row `from` on. */
  write(column: number, from: number, source: Uint8Array): void;
}

/** The series with these extents, in order. */
export function storedSeries(files: DatasetFiles, extents: readonly FileExtent[]): StoredSeries {
  const borders = [0];
  for (const { rows } of extents) borders.push(borders[borders.length - 1] + rows);
  const transferBy =
    (transfer: DatasetFiles["read"]): StoredSeries["read"] =>
    (column, from, bytes) => {
      const to = from + bytes.length / 8;
      for (const [e, { file, offset }] of extents.entries()) {
        const [first, last] = [borders[e], borders[e + 1]];
        if (last <= from || first >= to) continue;
        const [start, end] = [Math.max(from, first), Math.min(to, last)];
        transfer(file, offset + 8 * (start - first), column, bytes.subarray(8 * (start - from), 8 * (end - from)));
      }
    };
  const rows = borders[borders.length - 1];
  return { rows, borders, read: transferBy(files.read), write: transferBy(files.write) };
}
