import { readSync, writeSync } from "node:fs";

/** Fills `target` with bytes of an open file from `position` on; throws where the file ends within them. */
export function readBytes(file: number, target: Uint8Array, position: number): void {
  for (let done = 0; done < target.length; ) {
    const count = readSync(file, target, done, target.length - done, position + done);
    if (count === 0) throw new Error(`the file ends at byte ${position + done}, rows are missing`);
    done += count;
  }
}

/** Writes all of `source` to an open file: the system may take fewer bytes at once. */
export function writeBytes(file: number, source: Uint8Array, position: number): void {
  for (let done = 0; done < source.length; )
    done += writeSync(file, source, done, source.length - done, position + done);
}
