import { AtcError } from "@atc/contract";
import type { RowsLocation } from "../layout/rows-location.ts";
import {
  afterBlanks,
  backslash,
  closeList,
  comma,
  openList,
  openObject,
  quote,
  valueEnd,
} from "../values/json-scanner.ts";
import { shellQuoted } from "../values/shell-quoted.ts";
import { type ByteWindow, byteWindow } from "./byte-window.ts";
import type { ByteStream } from "./json-input.ts";

/** The most bytes that a row may have. */
export const longestRow: number = 1024 * 1024;
const mostRows = 8192;

/** Some rows of a document; valid until the next block is requested. */
export interface RowBlock {
  /** The bytes that hold the rows. */
  readonly bytes: Uint8Array;
  /** The offset in `bytes` at which each row starts. */
  readonly starts: Int32Array;
  /** The offset in `bytes` after each row. */
  readonly ends: Int32Array;
  /** The line of each row, from 1. */
  readonly lines: Float64Array;
  /** The offset in the document of `bytes[0]`. */
  readonly offset: number;
  /** Rows: the arrays may be longer. */
  readonly count: number;
}

/** Moves a window from row to row. */
interface RowWalk {
  /** Moves behind the next row: `row`. Returns `end` if there is none, `more` if its end is not in memory. */
  next(): "row" | "end" | "more";
  /** An error with line and byte of the window's position. */
  fault(code: "ATC_CORRUPT_DATA" | "ATC_INVALID_DATA", reason: string): AtcError;
  /** The offset in the window's bytes at which the row starts. */
  start: number;
}

function rowWalk(window: ByteWindow, location: RowsLocation, name: string): RowWalk {
  let isFirst = true;
  const fault: RowWalk["fault"] = (code, reason) => {
    const details = { path: name, line: window.lineAt(window.at), offset: window.offset() + window.at };
    return new AtcError(code, `"${name}" line ${details.line} (byte ${details.offset}): ${reason}`, { details });
  };
  /** Skips blanks and a comma between two rows; returns whether no row follows. */
  const skipGap = (bytes: Uint8Array, end: number): boolean => {
    window.at = afterBlanks(bytes, window.at, end);
    if (!location.isList) return window.at >= end && window.final();
    if (bytes[window.at] === closeList && window.at < end) return true;
    if (isFirst || window.at >= end) return false;
    if (bytes[window.at] !== comma)
      throw fault("ATC_INVALID_DATA", 'a comma or "]" is missing here; correct the document');
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
      if (skipGap(bytes, end)) return "end";
      const { at } = window;
      let stop = at < end ? valueEnd(bytes, at, end) : -1;
      const isOpen = bytes[at] === openList || bytes[at] === openObject;
      if (stop < 0 && window.final() && !location.isList && at < end && !isOpen) stop = end;
      if (stop < 0) {
        window.at = before;
        return "more";
      }
      if (stop === at) throw fault("ATC_INVALID_DATA", "a row is missing here; correct the document");
      isFirst = false;
      walk.start = at;
      window.at = stop;
      return "row";
    },
  };
  return walk;
}

/** Finds an array of arrays or objects in bytes that arrive in pieces. */
function rowListFinder(): (bytes: Uint8Array) => boolean {
  let isText = false;
  let isEscaped = false;
  let isAfterBracket = false;
  return (bytes) => {
    for (const byte of bytes) {
      if (isText) {
        if (isEscaped) isEscaped = false;
        else if (byte === backslash) isEscaped = true;
        else if (byte === quote) isText = false;
        continue;
      }
      if (isAfterBracket && (byte === openList || byte === openObject)) return true;
      if (byte > 32) isAfterBracket = byte === openList;
      if (byte === quote) isText = true;
    }
    return false;
  };
}

/**
 * Reads what follows the rows: nothing may follow a top-level array; anything may follow an array within an object.
 * But if that array was found as the only one with rows, no other may follow.
 */
async function readRest(
  input: ByteStream,
  window: ByteWindow,
  { isList, isNested, foundAt }: RowsLocation,
  walk: RowWalk,
): Promise<void> {
  if (!isList) return;
  window.at++;
  while (!isNested) {
    window.at = afterBlanks(window.bytes(), window.at, window.end());
    if (window.at < window.end())
      throw walk.fault("ATC_INVALID_DATA", "more text follows the array of rows; correct the document");
    if (window.final()) return;
    await window.fill(1);
  }
  const hasRows = rowListFinder();
  let piece: Uint8Array | undefined = window.bytes().subarray(window.at, window.end());
  for (; piece !== undefined; piece = await input.next())
    if (foundAt !== undefined && hasRows(piece))
      throw walk.fault(
        "ATC_INVALID_DATA",
        `the rows at "${foundAt}" end here, and another array of rows follows; name one with the option rowsAt (--source-option ${shellQuoted(`rowsAt=${foundAt}`)})`,
      );
}

/** Reads a document's rows, block by block, in memory for two blocks and a row. */
export async function* rowBlocks(input: ByteStream, location: RowsLocation, name: string): AsyncGenerator<RowBlock> {
  const window = byteWindow(input, 2 * longestRow);
  const walk = rowWalk(window, location, name);
  const starts = new Int32Array(mostRows);
  const ends = new Int32Array(mostRows);
  const lines = new Float64Array(mostRows);
  window.at = location.start;
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
      throw walk.fault("ATC_CORRUPT_DATA", "the document is cut within a row or the array of rows; fetch it again");
    const length = window.end() - window.at;
    if (length > longestRow)
      throw walk.fault(
        "ATC_INVALID_DATA",
        `a row is longer than ${longestRow} bytes; if it is an array of rows, name it with rowsAt`,
      );
    await window.fill(length + longestRow);
  }
  await readRest(input, window, location, walk);
}
