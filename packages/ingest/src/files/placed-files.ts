import { closeSync, openSync } from "node:fs";
import { readBytes, writeBytes } from "../base/file-bytes.ts";
import { attempt } from "./run-sink.ts";

/** A file of the store in which rows are put in their place: columns of 8 bytes a value. */
export interface PlacedFile {
  readonly path: string;
  /** Bytes from a column to the next. */
  readonly stride: number;
}

/** Files of the store, opened as they are needed. Disposal closes them. */
export interface PlacedFiles extends Disposable {
  /** Fills `target` with values of a column, 0 for the times; `offset` is where the time of their first row lies. */
  read(file: number, offset: number, column: number, target: Uint8Array): void;
  /** Writes them. */
  write(file: number, offset: number, column: number, source: Uint8Array): void;
}

/** Opens files for reading and writing. */
export function placedFiles(files: readonly PlacedFile[]): PlacedFiles {
  const handles = new Map<number, number>();
  const transferBy =
    (transfer: typeof readBytes): PlacedFiles["read"] =>
    (file, offset, column, bytes) => {
      const { path, stride } = files[file] as PlacedFile;
      const position = offset + column * stride;
      attempt(path, () => {
        const handle = handles.get(file) ?? openSync(path, "r+");
        handles.set(file, handle);
        transfer(handle, bytes, position);
      });
    };
  return {
    read: transferBy(readBytes),
    write: transferBy(writeBytes),
    [Symbol.dispose]() {
      for (const handle of handles.values()) closeSync(handle);
      handles.clear();
    },
  };
}
