import { fstatSync, writeSync } from "node:fs";
import { Writable } from "node:stream";
import { isatty } from "node:tty";

/**
 * A stream that writes each chunk completely or fails. Node's own stream over a file treats a short write, as on a
 * full disk, as a complete one.
 */
function fileOutput(descriptor: number): Writable {
  return new Writable({
    write(chunk: Buffer, _, done) {
      try {
        for (let at = 0; at < chunk.length; ) at += writeSync(descriptor, chunk, at);
        done();
      } catch (error) {
        done(error as Error);
      }
    },
  });
}

/** Standard output. For a file or a device, it is a stream that detects a full disk. */
export function standardOutput(): NodeJS.WritableStream {
  const descriptor = 1;
  try {
    const status = fstatSync(descriptor);
    if (status.isFile() || (status.isCharacterDevice() && !isatty(descriptor))) return fileOutput(descriptor);
  } catch {
    // The process's own stream reports what is wrong.
  }
  return process.stdout;
}
