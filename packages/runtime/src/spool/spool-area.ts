import { readSync, writeSync } from "node:fs";
import { AtcError, fromSystemError } from "@atc/contract";

/**
 * One area of a spool: the descriptor of an open file, or memory that threads share. Both can be sent to a thread as
 * they are, since descriptors belong to the process.
 */
export type SpoolArea = number | SharedArrayBuffer;

function bytesOf({ buffer, byteOffset, byteLength }: ArrayBufferView): Uint8Array {
  return new Uint8Array(buffer, byteOffset, byteLength);
}

/** Writes the bytes of an array at an offset. ATC_NO_SPACE or ATC_IO if the disk refuses. */
export function writeArea(area: SpoolArea, offset: number, array: ArrayBufferView): void {
  const bytes = bytesOf(array);
  if (typeof area !== "number") {
    new Uint8Array(area).set(bytes, offset);
    return;
  }
  try {
    for (let done = 0; done < bytes.length; ) done += writeSync(area, bytes, done, bytes.length - done, offset + done);
  } catch (error) {
    throw fromSystemError(
      error,
      "cannot write the intermediate curves of the backtest into the folder of the data or of the cache",
      "free some space there, or choose another disk with --data-dir and --cache-dir",
    );
  }
}

/** Reads bytes at an offset into an array. ATC_IO if the disk refuses, ATC_CORRUPT_DATA if the area is too short. */
export function readArea(area: SpoolArea, offset: number, array: ArrayBufferView): void {
  const into = bytesOf(array);
  if (typeof area !== "number") {
    into.set(new Uint8Array(area, offset, into.length));
    return;
  }
  let done = 0;
  try {
    while (done < into.length) {
      const read = readSync(area, into, done, into.length - done, offset + done);
      if (read === 0) break;
      done += read;
    }
  } catch (error) {
    throw fromSystemError(error, "cannot read the intermediate curves of the backtest", "check the disk");
  }
  if (done < into.length)
    throw new AtcError("ATC_CORRUPT_DATA", "the intermediate curves of the backtest are truncated; run it again");
}
