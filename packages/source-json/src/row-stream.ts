import { AtcError } from "@atc/contract";
import type { ByteStream } from "./json-input.ts";
import { afterBlanks, closeList, comma, valueEnd } from "./row-extent.ts";
import type { RowsPlace } from "./rows-place.ts";

/** Bytes of the longest row. */
export const longestRow: number = 1024 * 1024;

/** The rows that are in memory; valid until the next are asked for. */
export interface RowBlock {
  /** The bytes that hold them. */
  readonly bytes: Uint8Array;
  /** Where each row starts. */
  readonly starts: Int32Array;
  /** Where each row ends. */
  readonly ends: Int32Array;
  /** The line of each, from 1. */
  readonly lines: Float64Array;
  /** The byte of the document at which `bytes` begins. */
  readonly offset: number;
  /** Rows. */
  readonly count: number;
}

const mostRows = 8192;

/** Reads a document's rows, some at a time, in memory for two blocks and a row. */
export async function* rowBlocks(input: ByteStream, place: RowsPlace, name: string): AsyncGenerator<RowBlock> {
  let bytes = new Uint8Array(2 * longestRow);
  let end = 0;
  let offset = 0;
  let line = 1;
  let counted = 0;
  let final = false;
  let at = place.start;
  let isFirst = true;
  const starts = new Int32Array(mostRows);
  const ends = new Int32Array(mostRows);
  const lines = new Float64Array(mostRows);

  function lineAt(position: number): number {
    for (; counted < position; counted++) if (bytes[counted] === 10) line++;
    return line;
  }
  function fault(code: "ATC_CORRUPT_DATA" | "ATC_INVALID_DATA", reason: string): AtcError {
    const details = { path: name, line: lineAt(Math.min(at, end)), offset: offset + at };
    return new AtcError(code, `"${name}" line ${details.line} (byte ${details.offset}): ${reason}`, { details });
  }
  async function fill(): Promise<void> {
    lineAt(Math.min(at, end));
    const drop = Math.min(at, end);
    bytes.copyWithin(0, drop, end);
    at -= drop;
    counted -= drop;
    offset += drop;
    end -= drop;
    while (!final && end - at < longestRow) {
      const piece = await input.next();
      if (piece === undefined) {
        final = true;
        break;
      }
      if (end + piece.length > bytes.length) {
        const larger = new Uint8Array(end + piece.length + longestRow);
        larger.set(bytes.subarray(0, end));
        bytes = larger;
      }
      bytes.set(piece, end);
      end += piece.length;
    }
  }
  /** Goes over what stands between two rows; true at the end of them. */
  function atEnd(): boolean {
    at = afterBlanks(bytes, at, end);
    if (!place.isList) return at >= end && final;
    if (at >= end) return false;
    if (bytes[at] === closeList) return true;
    if (isFirst) return false;
    if (bytes[at] !== comma) throw fault("ATC_INVALID_DATA", `a comma or "]" should stand here; correct the document`);
    at = afterBlanks(bytes, at + 1, end);
    return false;
  }

  await fill();
  for (;;) {
    let count = 0;
    let isDone = false;
    while (count < mostRows) {
      const before = at;
      isDone = atEnd();
      if (isDone) break;
      let stop = at < end ? valueEnd(bytes, at, end) : -1;
      if (stop < 0 && final && !place.isList && at < end && bytes[at] !== 91 && bytes[at] !== 123) stop = end;
      if (stop < 0) {
        at = before;
        break;
      }
      if (stop === at) throw fault("ATC_INVALID_DATA", "a row should stand here; correct the document");
      starts[count] = at;
      ends[count] = stop;
      lines[count] = lineAt(at);
      count++;
      isFirst = false;
      at = stop;
    }
    if (count > 0) yield { bytes, starts, ends, lines, offset, count };
    if (isDone) break;
    if (count > 0) continue;
    if (final) throw fault("ATC_CORRUPT_DATA", `the document is cut within a row or a list of rows; fetch it again`);
    const size = end - at;
    await fill();
    if (end - at === size || size > 2 * longestRow)
      throw fault("ATC_INVALID_DATA", `a row is longer than ${longestRow} bytes; is it a list of rows?`);
  }
  if (!place.isList) return;
  at++;
  // After the list of a document there is nothing; after a list within an object there may be anything.
  for (; !place.isNested; ) {
    at = afterBlanks(bytes, at, end);
    if (at < end) throw fault("ATC_INVALID_DATA", "more text follows the list of rows; correct the document");
    if (final) return;
    await fill();
  }
  while ((await input.next()) !== undefined);
}
