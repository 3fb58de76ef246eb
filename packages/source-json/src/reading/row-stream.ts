import { AtcError } from "@atc/contract";
import type { RowsPlace } from "../layout/rows-place.ts";
import { afterBlanks, closeList, comma, openList, openObject, valueEnd } from "../values/row-extent.ts";
import { type ByteWindow, byteWindow } from "./byte-window.ts";
import type { ByteStream } from "./json-input.ts";

/** Bytes of the longest row. */
export const longestRow: number = 1024 * 1024;
const mostRows = 8192;

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

/** Goes from row to row. */
interface RowWalk {
  /** Moves to the next row; `end` where there is none, `more` where its end is not in memory. */
  next(): "row" | "end" | "more";
  /** An error with the place of the window. */
  fault(code: "ATC_CORRUPT_DATA" | "ATC_INVALID_DATA", reason: string): AtcError;
  /** Where the row starts. */
  start: number;
}

function rowWalk(window: ByteWindow, place: RowsPlace, name: string): RowWalk {
  let isFirst = true;
  const fault: RowWalk["fault"] = (code, reason) => {
    const details = { path: name, line: window.lineAt(window.at), offset: window.offset() + window.at };
    return new AtcError(code, `"${name}" line ${details.line} (byte ${details.offset}): ${reason}`, { details });
  };
  /** Goes over what stands between two rows; true where no row follows. */
  const overGap = (bytes: Uint8Array, end: number): boolean => {
    window.at = afterBlanks(bytes, window.at, end);
    if (!place.isList) return window.at >= end && window.final();
    if (bytes[window.at] === closeList && window.at < end) return true;
    if (isFirst || window.at >= end) return false;
    if (bytes[window.at] !== comma)
      throw fault("ATC_INVALID_DATA", 'a comma or "]" should stand here; correct the document');
    window.at = afterBlanks(bytes, window.at + 1, end);
    return false;
  };
  const walk: RowWalk = {
    start: 0,
    fault,
    next: () => {
      const before = window.at;
      const bytes = window.bytes();
      const end = window.end();
      if (overGap(bytes, end)) return "end";
      const { at } = window;
      let stop = at < end ? valueEnd(bytes, at, end) : -1;
      const isOpen = bytes[at] === openList || bytes[at] === openObject;
      if (stop < 0 && window.final() && !place.isList && at < end && !isOpen) stop = end;
      if (stop < 0) {
        window.at = before;
        return "more";
      }
      if (stop === at) throw fault("ATC_INVALID_DATA", "a row should stand here; correct the document");
      isFirst = false;
      walk.start = at;
      window.at = stop;
      return "row";
    },
  };
  return walk;
}

/** Reads what follows the rows: nothing may in a document that is a list, anything in one that holds the list. */
async function readRest(
  input: ByteStream,
  window: ByteWindow,
  { isList, isNested }: RowsPlace,
  walk: RowWalk,
): Promise<void> {
  if (!isList) return;
  window.at++;
  while (!isNested) {
    window.at = afterBlanks(window.bytes(), window.at, window.end());
    if (window.at < window.end())
      throw walk.fault("ATC_INVALID_DATA", "more text follows the list of rows; correct the document");
    if (window.final()) return;
    await window.fill(1);
  }
  while ((await input.next()) !== undefined);
}

/** Reads a document's rows, some at a time, in memory for two blocks and a row. */
export async function* rowBlocks(input: ByteStream, place: RowsPlace, name: string): AsyncGenerator<RowBlock> {
  const window = byteWindow(input, 2 * longestRow);
  const walk = rowWalk(window, place, name);
  const starts = new Int32Array(mostRows);
  const ends = new Int32Array(mostRows);
  const lines = new Float64Array(mostRows);
  window.at = place.start;
  await window.fill(longestRow);
  for (;;) {
    let count = 0;
    let step = walk.next();
    for (; step === "row"; step = walk.next()) {
      starts[count] = walk.start;
      ends[count] = window.at;
      lines[count++] = window.lineAt(walk.start);
      if (count === mostRows) break;
    }
    if (count > 0) yield { bytes: window.bytes(), starts, ends, lines, offset: window.offset(), count };
    if (step === "end") break;
    if (count > 0) continue;
    if (window.final())
      throw walk.fault("ATC_CORRUPT_DATA", "the document is cut within a row or a list of rows; fetch it again");
    const length = window.end() - window.at;
    if (length > longestRow)
      throw walk.fault("ATC_INVALID_DATA", `a row is longer than ${longestRow} bytes; is it a list of rows?`);
    await window.fill(length + longestRow);
  }
  await readRest(input, window, place, walk);
}
