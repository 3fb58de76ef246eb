import { fstatSync, writeSync } from "node:fs";
import { Writable } from "node:stream";
import { isatty } from "node:tty";

/** A stream that writes each chunk whole or fails. Node's own stream over a file takes a short write, as on a disk that fills, for a whole one. */
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

/** Standard output: over a file or a device a stream that notices a full disk. */
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
