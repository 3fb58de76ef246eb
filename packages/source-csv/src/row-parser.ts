import type { BadRowPolicy, FaultReason } from "./bad-rows.ts";
import { CR, excerpt, LF, QUOTE, SPACE } from "./byte.ts";
import type { ColumnBuffers } from "./column-buffers.ts";
import { scanDecimal } from "./decimal.ts";
import { epochReader } from "./epoch-time.ts";
import { brokenQuote, endsLine, fieldBounds, locateField, needsMore, withoutDoubledQuotes } from "./field-scanner.ts";
import { type InstantReader, storeInstant } from "./instant.ts";
import { isoReader, readClock } from "./iso-time.ts";
import type { FieldRole, FileLayout } from "./layout.ts";
import { isMissing } from "./sample.ts";

/** Where a parser stops: no byte of the row under way may be beyond. */
export interface ParseLimit {
  /** Offset after the last byte; a line feed and some padding stand there. */
  end: number;
  /** Whether the text ends there, so that a last row without a line end is whole. */
  final: boolean;
}

/** Parses rows into column buffers. */
export interface RowParser {
  /** Rows parsed since the last `clear`. */
  length(): number;
  /** Line of the next row, from 1. */
  line(): number;
  /** Starts the next chunk. */
  clear(): void;
  /** Parses whole rows from `position` until the buffers are full or the limit is near; returns the offset of the next row. */
  parse(bytes: Uint8Array, position: number, limit: ParseLimit): number;
  /** Takes the row at `position`, whose quote is never closed, as bad up to its first line feed; returns the offset after that. */
  dropUnclosed(bytes: Uint8Array, position: number, end: number): number;
}

const roleNumbers: Readonly<Record<FieldRole, number>> = {
  skip: 0,
  symbol: 1,
  time: 2,
  clock: 3,
  price: 4,
  number: 5,
  text: 6,
};
const symbolRole = 1;
const timeRole = 2;
const clockRole = 3;
const priceRole = 4;
const numberRole = 5;
const textRole = 6;

/** The offset of the separator or line end after a field without quotes and leading blanks; -1 for other fields. */
function scanPlain(bytes: Uint8Array, position: number, separator: number): number {
  let at = position;
  let byte = bytes[at] as number;
  if (byte <= SPACE || byte === QUOTE) return -1;
  while (byte !== separator && byte !== LF && byte !== CR) byte = bytes[++at] as number;
  return at;
}

/** A parser of the rows of a layout. */
export function rowParser(layout: FileLayout, buffers: ColumnBuffers, badRows: BadRowPolicy): RowParser {
  const { separator, fields } = layout;
  const { numbers, texts, dictionaries, symbols, symbolDictionary, timeWords, capacity } = buffers;
  const roles = Uint8Array.from(fields, ({ role }) => roleNumbers[role]);
  const unit = layout.kind === "ticks" ? "ns" : "ms";
  const readTime: InstantReader = layout.time === "iso" ? isoReader() : epochReader(layout.time);
  const instant = new Float64Array(2);
  const clock = new Float64Array(2);
  const hasClock = fields.some(({ role }) => role === "clock");
  const hasSymbol = fields.some(({ role }) => role === "symbol");
  const bounds = fieldBounds();
  if (layout.symbol !== undefined) {
    const name = new TextEncoder().encode(layout.symbol);
    symbols.fill(symbolDictionary.indexOf(name, 0, name.length));
  }
  let row = 0;
  let line = layout.line;
  let symbolBytes = new Uint8Array(0);
  let symbolStart = 0;
  let symbolEnd = 0;
  let breaks = 0;
  let fault: FaultReason | undefined;
  let faultField = -1;
  let faultStart = 0;
  let faultEnd = 0;

  function setFault(reason: FaultReason, field: number, start: number, end: number): void {
    if (fault !== undefined && fault !== "number") return;
    if (fault === "number" && reason === "number") return;
    fault = reason;
    faultField = field;
    faultStart = start;
    faultEnd = end;
  }

  /** Reads a field of the shape that nearly all have; returns where it ended, -1 where it has another shape. */
  function readField(bytes: Uint8Array, position: number, field: number): number {
    switch (roles[field]) {
      case priceRole:
      case numberRole:
        return scanDecimal(bytes, position, numbers[field] as Float64Array, row);
      case timeRole:
        return readTime(bytes, position, instant);
      case clockRole:
        return readClock(bytes, position, clock);
      case textRole:
        return -1;
      case symbolRole: {
        const stop = scanPlain(bytes, position, separator);
        symbolStart = position;
        symbolEnd = stop;
        return stop;
      }
      default:
        return scanPlain(bytes, position, separator);
    }
  }

  function readNumber(bytes: Uint8Array, field: number): void {
    const { start, end } = bounds;
    const target = numbers[field] as Float64Array;
    if (scanDecimal(bytes, start, target, row) === end) return;
    target[row] = Number.NaN;
    const missing = end - start <= 4 && isMissing(excerpt(bytes, start, end));
    if (!missing || roles[field] === priceRole) setFault("number", field, start, end);
  }

  function readText(bytes: Uint8Array, field: number): void {
    const { start, end, escaped } = bounds;
    const text = escaped ? withoutDoubledQuotes(bytes, start, end) : bytes.subarray(start, end);
    const target = texts[field] as Int32Array;
    target[row] = text.length === 0 ? -1 : (dictionaries[field]?.indexOf(text, 0, text.length) ?? -1);
    if (target[row] === -1 && text.length > 0) setFault("encoding", field, start, end);
  }

  function readSymbol(bytes: Uint8Array): void {
    const { start, end, escaped } = bounds;
    symbolStart = start;
    symbolEnd = end;
    if (!escaped) return;
    symbolBytes = withoutDoubledQuotes(bytes, start, end) as Uint8Array<ArrayBuffer>;
    symbolStart = 0;
    symbolEnd = symbolBytes.length;
  }

  /** Reads a field of any shape: quotes, blanks around, nothing, faults. */
  function readOddField(bytes: Uint8Array, position: number, limit: ParseLimit, field: number): number {
    const stop = locateField(bytes, position, limit, separator, bounds);
    if (stop < 0) return stop;
    const { start, end } = bounds;
    breaks += bounds.breaks;
    const role = roles[field];
    if (role === priceRole || role === numberRole) readNumber(bytes, field);
    else if (role === textRole) readText(bytes, field);
    else if (role === symbolRole) readSymbol(bytes);
    else if (role === timeRole && readTime(bytes, start, instant) !== end) setFault("time", field, start, end);
    else if (role === clockRole && readClock(bytes, start, clock) !== end) setFault("time", field, start, end);
    return stop;
  }

  /** Stores time and symbol of a row whose fields are read. */
  function completeRow(start: number, stop: number): void {
    if (hasClock) {
      instant[0] = (instant[0] as number) + (clock[0] as number);
      instant[1] = clock[1] as number;
    }
    if (!storeInstant(instant, unit, timeWords, row)) setFault("time", roles.indexOf(timeRole), start, stop);
    if (!hasSymbol || (fault !== undefined && fault !== "number")) return;
    while (symbolEnd > symbolStart && symbolBytes[symbolEnd - 1] === SPACE) symbolEnd--;
    const index = symbolEnd > symbolStart ? symbolDictionary.indexOf(symbolBytes, symbolStart, symbolEnd) : -2;
    if (index < 0) setFault(index === -1 ? "encoding" : "symbol", roles.indexOf(symbolRole), start, stop);
    symbols[row] = index;
  }

  /** Tells the policy of the row's fault; true where the row stays. */
  function takeFault(bytes: Uint8Array): boolean {
    if (fault === undefined) return true;
    const column = faultField < 0 ? undefined : fields[faultField]?.name;
    const text = excerpt(bytes, faultStart, faultEnd);
    return badRows.take({ line, reason: fault, text, ...(column === undefined ? {} : { column }) });
  }

  /** Ends the row at the line end `stop`; returns the offset of the next row. */
  function endRow(bytes: Uint8Array, start: number, stop: number, limit: ParseLimit, count: number): number {
    const newline = bytes[stop] === CR ? stop + 1 : stop;
    if (newline >= limit.end && !limit.final) return needsMore;
    if (count !== fields.length) {
      if (excerpt(bytes, start, stop).trim() === "") {
        line++;
        return newline + 1;
      }
      fault = undefined;
      setFault("fields", -1, start, stop);
    } else completeRow(start, stop);
    if (takeFault(bytes)) row++;
    line += 1 + breaks;
    return newline + 1;
  }

  /** Walks over the fields of a row beyond those that the header names. */
  function endLongRow(bytes: Uint8Array, start: number, position: number, limit: ParseLimit): number {
    let stop = position;
    do {
      stop = locateField(bytes, stop + 1, limit, separator, bounds);
      if (stop < 0) return stop === brokenQuote ? dropBroken(bytes, start, limit) : needsMore;
      breaks += bounds.breaks;
    } while (!endsLine(bytes, stop));
    return endRow(bytes, start, stop, limit, fields.length + 1);
  }

  /** Leaves out the row at `start`, whose quotes are broken, up to the line feed after the fault. */
  function dropBroken(bytes: Uint8Array, start: number, limit: ParseLimit): number {
    const { unclosed } = bounds;
    const from = unclosed ? start : bounds.fault;
    let newline = bytes.indexOf(LF, from);
    if (newline >= limit.end && !limit.final) return needsMore;
    newline = Math.min(newline, limit.end);
    fault = "quote";
    faultField = -1;
    faultStart = start;
    faultEnd = newline;
    takeFault(bytes);
    line++;
    if (!unclosed) line += breaks + bounds.breaks;
    return newline + 1;
  }

  function parseRow(bytes: Uint8Array, start: number, limit: ParseLimit): number {
    let position = start;
    fault = undefined;
    breaks = 0;
    const last = fields.length - 1;
    for (let field = 0; ; field++) {
      let stop = readField(bytes, position, field);
      let byte = stop < 0 ? 0 : (bytes[stop] as number);
      if (byte !== separator && byte !== LF && !(byte === CR && bytes[stop + 1] === LF)) {
        stop = readOddField(bytes, position, limit, field);
        if (stop < 0) return stop === brokenQuote ? dropBroken(bytes, start, limit) : needsMore;
        byte = bytes[stop] as number;
      }
      if (byte !== separator) return endRow(bytes, start, stop, limit, field + 1);
      if (field === last) return endLongRow(bytes, start, stop, limit);
      position = stop + 1;
    }
  }

  function parse(bytes: Uint8Array, position: number, limit: ParseLimit): number {
    let at = position;
    while (at < limit.end && row < capacity) {
      symbolBytes = bytes as Uint8Array<ArrayBuffer>;
      if (endsLine(bytes, at)) {
        const newline = bytes[at] === CR ? at + 1 : at;
        if (newline >= limit.end && !limit.final) break;
        at = newline + 1;
        line++;
        continue;
      }
      const next = parseRow(bytes, at, limit);
      if (next < 0) break;
      at = next;
    }
    return at;
  }

  function dropUnclosed(bytes: Uint8Array, position: number, end: number): number {
    bounds.unclosed = true;
    return dropBroken(bytes, position, { end, final: true });
  }

  return {
    length: () => row,
    line: () => line,
    clear: () => {
      row = 0;
    },
    parse,
    dropUnclosed,
  };
}
