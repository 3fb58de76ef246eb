import { closeSync, openSync, readSync, writeSync } from "node:fs";
import type { PlacedFile } from "./piece-reader.ts";
import { attempt } from "./run-sink.ts";
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

/** Files of the store, opened as they are needed. Disposal closes them. */
export interface PlacedFiles extends Disposable {
  series(spans: readonly Span[]): PlacedSeries;
}

/** The files for reading and writing. */
export function placedFiles(files: readonly PlacedFile[]): PlacedFiles {
  const handles = new Map<number, number>();

  function transfer(span: Span, column: number, row: number, bytes: Uint8Array, call: typeof readSync): void {
    const { path, stride } = files[span.file] as PlacedFile;
    const position = span.offset + column * stride + 8 * row;
    attempt(path, () => {
      const handle = handles.get(span.file) ?? openSync(path, "r+");
      handles.set(span.file, handle);
      for (let done = 0; done < bytes.length; ) {
        const count = call(handle, bytes, done, bytes.length - done, position + done);
        if (count === 0) throw new Error(`the file ends at byte ${position + done}, rows are missing`);
        done += count;
      }
    });
  }

  return {
    series(spans) {
      const borders = [0];
      for (const { rows } of spans) borders.push((borders.at(-1) as number) + rows);
      const each = (column: number, from: number, bytes: Uint8Array, call: typeof readSync): void => {
        const to = from + bytes.length / 8;
        for (const [s, span] of spans.entries()) {
          const [first, last] = [borders[s] as number, borders[s + 1] as number];
          if (last <= from || first >= to) continue;
          const [start, end] = [Math.max(from, first), Math.min(to, last)];
          transfer(span, column, start - first, bytes.subarray(8 * (start - from), 8 * (end - from)), call);
        }
      };
      return {
        rows: borders.at(-1) as number,
        borders,
        read: (column, from, target) => each(column, from, target, readSync),
        write: (column, from, source) => each(column, from, source, writeSync as typeof readSync),
      };
    },
    [Symbol.dispose]() {
      for (const handle of handles.values()) closeSync(handle);
      handles.clear();
    },
  };
}
