import { closeSync } from "node:fs";
import { throwDiskError } from "./disk-errors.ts";

/** Closes all files, also if one fails to close, and throws that failure then. */
export function closeFiles(files: Iterable<readonly [path: string, file: number]>): void {
  let failure: { readonly path: string; readonly error: unknown } | undefined;
  for (const [path, file] of files) {
    try {
      closeSync(file);
    } catch (error) {
      failure ??= { path, error };
    }
  }
  if (failure !== undefined) throwDiskError(failure.path, failure.error);
}
