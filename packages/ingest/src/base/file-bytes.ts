import { readSync, writeSync } from "node:fs";

/** Fills `target` with bytes of an open file from `position` on. Throws if the file ends before. */
export function readBytes(file: number, target: Uint8Array, position: number): void {
  for (let done = 0; done < target.length; ) {
    const count = readSync(file, target, done, target.length - done, position + done);
    if (count === 0) throw new Error(`the file ends at byte ${position + done}, but rows are missing`);
    done += count;
  }
}

/** Writes all of `source` to an open file. A single system call may write less. */
export function writeBytes(file: number, source: Uint8Array, position: number): void {
  for (let done = 0; done < source.length; )
    done += writeSync(file, source, done, source.length - done, position + done);
}
