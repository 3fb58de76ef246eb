import { CR, LF, QUOTE, SPACE } from "@atc/plugin-kit";
import { scanDecimal, scanShortDecimal } from "../text/decimal.ts";
import { type RowContext, roleNumber } from "./row-context.ts";

/**
 * The offset of the separator or line end after a field without quotes and without blanks around; -1 for other fields.
 */
function scanPlain(bytes: Uint8Array, position: number, separator: number): number {
  let at = position;
  let byte = bytes[at];
  if (byte <= SPACE || byte === QUOTE) return -1;
  while (byte !== separator && byte !== LF && byte !== CR) byte = bytes[++at];
  return bytes[at - 1] === SPACE ? -1 : at;
}

/**
 * A reader of rows in which every field has its usual form: no quotes, no blanks, nothing missing. It reads the row at
 * `start` into row `row` of the buffers in one pass and returns the offset of the next row. It returns -1 if anything
 * is unusual; then the values that it stored in that row mean nothing. It allocates nothing: without the kernel, most
 * of the time of a file is spent here.
 */
export function fastRow(context: RowContext): (bytes: Uint8Array, start: number, row: number, end: number) => number {
  const { separator, roles, buffers, hasSymbol, infers, readTime, readClock, timespec, clock, storeTime } = context;
  const { numbers, texts, dictionaries, symbols, symbolDictionary } = buffers;
  const { symbol, text, time, price } = roleNumber;
  const last = roles.length - 1;

  function readText(bytes: Uint8Array, start: number, field: number, row: number, end: number): number {
    const stop = scanPlain(bytes, start, separator);
    // The end of the bytes may cut this text: then it must not enter the dictionary.
    if (stop < 0 || stop >= end) return -1;
    const index = stop === start ? -1 : (dictionaries[field]?.indexOf(bytes, start, stop) ?? -1);
    texts[field][row] = index;
    return index < 0 && stop > start ? -1 : stop;
  }

  return (bytes, start, row, end) => {
    let position = start;
    let symbolStart = 0;
    let symbolEnd = 0;
    for (let field = 0; field <= last; field++) {
      const role = roles[field];
      let stop: number;
      if (role >= price) {
        const target = numbers[field];
        stop = scanShortDecimal(bytes, position, target, row);
        if (stop < 0) stop = scanDecimal(bytes, position, target, row);
      } else if (role > text)
        stop = role === time ? readTime(bytes, position, timespec) : readClock(bytes, position, clock);
      else if (role === text) stop = readText(bytes, position, field, row, end);
      else {
        stop = scanPlain(bytes, position, separator);
        if (role === symbol) {
          symbolStart = position;
          symbolEnd = stop;
        }
      }
      if (stop < 0) return -1;
      const byte = bytes[stop];
      if (byte === separator && field < last) position = stop + 1;
      else if (field === last) position = byte === CR ? stop + 1 : stop;
      else return -1;
    }
    if (bytes[position] !== LF || position >= end || (!infers && !storeTime(row))) return -1;
    if (hasSymbol) {
      if (symbolEnd === symbolStart) return -1;
      const index = symbolDictionary.indexOf(bytes, symbolStart, symbolEnd);
      if (index < 0) return -1;
      symbols[row] = index;
    }
    return infers && !storeTime(row) ? -1 : position + 1;
  };
}
