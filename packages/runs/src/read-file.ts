import { readFile, stat } from "node:fs/promises";
import { fromSystemError, isAbsence } from "@atc/contract";
import { damagedRun } from "./run-head.ts";

/**
 * Reads a file of a run. It looks before it reads: a pipe would wait for a writer without end, and a
 * file that has grown would fill the memory before its checksum refuses it.
 *
 * @param bytes - its size, if that is known
 * @throws ATC_CORRUPT_DATA if it is missing, no file, or of another size; ATC_IO
 */
export async function readRunFile(path: string, bytes?: number): Promise<Uint8Array> {
  try {
    const status = await stat(path);
    if (!status.isFile()) throw damagedRun(path, "it is not a file");
    if (bytes !== undefined && status.size !== bytes)
      throw damagedRun(path, `it has ${status.size} bytes instead of ${bytes}`);
    return await readFile(path);
  } catch (error) {
    if (isAbsence(error)) throw damagedRun(path, "the file is missing", error);
    throw fromSystemError(error, `cannot read "${path}"`, "check the file and its permissions");
  }
}
