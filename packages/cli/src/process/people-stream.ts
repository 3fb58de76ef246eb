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

/**
 * A value as JSON in one line for such a stream. It escapes the characters that the stream would replace, so programs
 * read them exactly.
 */
export function peopleJson(value: unknown): string {
  const text = JSON.stringify(value);
  return Array.from(text, (character) =>
    printableText(character) === character
      ? character
      : Array.from({ length: character.length }, (_, i) => escaped(character.charCodeAt(i))).join(""),
  ).join("");
}

function escaped(unit: number): string {
  return `\\u${unit.toString(16).padStart(4, "0")}`;
}
