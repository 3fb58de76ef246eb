import { openSync } from "node:fs";
import { readBytes, writeBytes } from "../base/file-bytes.ts";
import { closeFiles } from "./close-files.ts";
import { withDiskErrors } from "./disk-errors.ts";

/** A file of the dataset in which rows are placed: columns of 8 bytes per value. */
export interface DatasetFile {
  readonly path: string;
  /** Bytes from one column to the next. */
  readonly stride: number;
}

/** Files of the dataset, opened when they are first used. Disposal closes them. */
export interface DatasetFiles extends Disposable {
  /**
   * Fills `target` with values of a column. `offset` is that of the time of their first row; column 0 holds the times.
   */
  read(file: number, offset: number, column: number, target: Uint8Array): void;
  /** Writes values of a column. */
  write(file: number, offset: number, column: number, source: Uint8Array): void;
}

export function datasetFiles(files: readonly DatasetFile[]): DatasetFiles {
  const handles = new Map<number, number>();
  const transferBy =
    (transfer: typeof readBytes): DatasetFiles["read"] =>
    (file, offset, column, bytes) => {
      const { path, stride } = files[file];
      const position = offset + column * stride;
      withDiskErrors(path, () => {
        const handle = handles.get(file) ?? openSync(path, "r+");
        handles.set(file, handle);
        transfer(handle, bytes, position);
      });
    };
  return {
    read: transferBy(readBytes),
    write: transferBy(writeBytes),
    [Symbol.dispose]() {
      const open = [...handles].map(([file, handle]) => [files[file].path, handle] as const);
      handles.clear();
      closeFiles(open);
    },
  };
}
