import { Writable } from "node:stream";
import { printableText } from "@atc/plugin-kit";

/**
 * A stream for people over another stream. It replaces control characters, so that no file, symbol or path can move
 * the cursor.
 */
export function peopleStream(
  stream: NodeJS.WritableStream & { readonly isTTY?: boolean; readonly columns?: number },
): NodeJS.WritableStream & { readonly isTTY?: boolean; readonly columns?: number } {
  const people = new Writable({
    decodeStrings: false,
    write(chunk: string | Buffer, _, done) {
      stream.write(printableText(String(chunk)));
      done();
    },
  });
  const { columns } = stream;
  return Object.assign(people, { isTTY: stream.isTTY === true, ...(columns === undefined ? {} : { columns }) });
}
