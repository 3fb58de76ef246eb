import { CR, isMissing, LF, longestMissing } from "@atc/plugin-kit";
import { scanDecimal } from "../text/decimal.ts";
import type { Dictionary } from "../text/dictionary.ts";
import { excerpt } from "../text/excerpt.ts";
import {
  brokenQuote,
  endsLine,
  type FieldBounds,
  fieldBounds,
  locateField,
  needsMore,
  withoutDoubledQuotes,
} from "../text/field-scanner.ts";
import type { BadRowPolicy, FaultReason } from "./bad-rows.ts";
import { longestRow, type ParseLimit, type RowContext, roleNumber } from "./row-context.ts";

/** The outcome of a row. */
interface RowOutcome {
  stored: boolean;
  /** Line feeds in the row, the one at its end included. */
  lines: number;
}

/** Reads rows of any form. */
export interface CarefulRow {
  /**
   * Reads the row at `start` into row `row` of the buffers. Returns the offset of the next row, or -1 if the row's end
   * is not among the bytes or the row is too long.
   */
  read(bytes: Uint8Array, start: number, row: number, line: number, limit: ParseLimit): number;
  /**
   * Makes the row at `start` a bad row up to its first line feed, because its quote is not closed within the longest
   * row.
   */
  dropUnclosed(bytes: Uint8Array, start: number, line: number, end: number): number;
  /** The outcome of the last row. */
  readonly outcome: RowOutcome;
}

/** A reader of rows of any form: quoted fields, blanks around fields, missing values, bad values. */
export function carefulRow(context: RowContext, badRows: BadRowPolicy): CarefulRow {
  const { separator, roles, names, buffers, hasSymbol, readTime, readClock, timespec, clock, storeTime } = context;
  const { scanStyled } = context;
  const { numbers, texts, dictionaries, symbols, symbolDictionary } = buffers;
  const bounds = fieldBounds();
  const symbol = fieldBounds();
  const date = fieldBounds();
  const hour = fieldBounds();
  const outcome: RowOutcome = { stored: false, lines: 0 };
  let fault: FaultReason | undefined;
  let faultField = -1;
  let faultText = "";
  let breaks = 0;
  // The row being read: its index in the buffers, the offset of its first byte, its line.
  let row = 0;
  let rowStart = 0;
  let line = 0;

  /** Stores the first fault. A fault that drops the row replaces one of a number. */
  function setFault(reason: FaultReason, field: number, bytes: Uint8Array, start: number, end: number): void {
    if (fault !== undefined && (fault !== "number" || reason === "number")) return;
    fault = reason;
    faultField = field;
    faultText = excerpt(bytes, start, end);
  }

  function readNumber(bytes: Uint8Array, field: number): void {
    const { start, end } = bounds;
    const target = numbers[field];
    if (
      scanStyled === undefined
        ? scanDecimal(bytes, start, target, row) === end
        : scanStyled(bytes, start, end, target, row)
    )
      return;
    target[row] = Number.NaN;
    const missing = end - start <= longestMissing && isMissing(excerpt(bytes, start, end));
    if (!missing || roles[field] === roleNumber.price) setFault("number", field, bytes, start, end);
  }

  /** The index of a text in a dictionary; -1 if it is empty or not UTF-8. */
  function textIndex(dictionary: Dictionary | undefined, bytes: Uint8Array, field: number, at: FieldBounds): number {
    const { start, end, escaped } = at;
    if (end === start) return -1;
    const text = escaped ? withoutDoubledQuotes(bytes, start, end) : undefined;
    const index =
      text === undefined ? dictionary?.indexOf(bytes, start, end) : dictionary?.indexOf(text, 0, text.length);
    if (index === -1) setFault("encoding", field, bytes, start, end);
    return index ?? -1;
  }

  /**
   * Stores the symbol of a row whose other fields are good: a symbol that only bad rows have must not enter the
   * dictionary.
   */
  function storeSymbol(bytes: Uint8Array): void {
    const { start, end } = symbol;
    const field = roles.indexOf(roleNumber.symbol);
    if (end === start) setFault("symbol", field, bytes, start, end);
    else symbols[row] = textIndex(symbolDictionary, bytes, field, symbol);
  }

  function readField(bytes: Uint8Array, field: number): void {
    const { start, end } = bounds;
    const role = roles[field];
    if (role >= roleNumber.price) readNumber(bytes, field);
    else if (role === roleNumber.text) texts[field][row] = textIndex(dictionaries[field], bytes, field, bounds);
    else if (role === roleNumber.symbol) Object.assign(symbol, bounds);
    else if (role === roleNumber.time) {
      date.start = start;
      date.end = end;
      if (readTime(bytes, start, timespec) !== end) setFault("time", field, bytes, start, end);
    } else if (role === roleNumber.clock) {
      hour.start = start;
      hour.end = end;
      if (readClock(bytes, start, clock) !== end) setFault("time", field, bytes, start, end);
    }
  }

  /** Passes the row's fault, if it has one, to the policy; returns whether the row stays. */
  function takeFault(): boolean {
    if (fault === undefined) return true;
    const column = names[faultField];
    const isClock = roles[faultField] === roleNumber.clock;
    return badRows.take({ line, reason: fault, text: faultText, ...(column === undefined ? {} : { column }) }, isClock);
  }

  /**
   * Drops a row whose quotes are broken: up to the line feed after the fault or, if a quote is not closed, up to the
   * row's first one.
   */
  function dropBroken(bytes: Uint8Array, limit: ParseLimit): number {
    const { unclosed } = bounds;
    const newline = bytes.indexOf(LF, unclosed ? rowStart : bounds.fault);
    if (newline - rowStart >= longestRow || (newline >= limit.end && !limit.final)) return needsMore;
    fault = undefined;
    setFault("quote", -1, bytes, rowStart, newline);
    takeFault();
    outcome.stored = false;
    outcome.lines = unclosed ? 1 : 1 + breaks + bounds.breaks;
    return newline + 1;
  }

  /** Makes the row a bad row, because its time does not exist or is out of range. */
  function setTimeFault(bytes: Uint8Array): void {
    const isFirst = fault === undefined || fault === "number";
    setFault("time", roles.indexOf(roleNumber.time), bytes, date.start, date.end);
    if (isFirst && roles.includes(roleNumber.clock)) faultText = `${faultText} ${excerpt(bytes, hour.start, hour.end)}`;
  }

  /** Ends a row of `count` fields at the line end `stop`; returns the offset of the next row. */
  function endRow(bytes: Uint8Array, stop: number, count: number): number {
    const isBlank = count === 1 && excerpt(bytes, rowStart, stop).trim() === "";
    if (count !== roles.length) {
      fault = undefined;
      if (!isBlank) setFault("fields", -1, bytes, rowStart, stop);
    } else if (!context.infers && !storeTime(row)) setTimeFault(bytes);
    const isKept = count === roles.length && (fault === undefined || (fault === "number" && badRows.keepsNaN));
    if (hasSymbol && isKept) storeSymbol(bytes);
    // The order of rows counts per symbol, and for rows that stay.
    if (context.infers && isKept && !isBlank && !storeTime(row)) setTimeFault(bytes);
    outcome.lines = 1 + breaks;
    outcome.stored = takeFault() && !isBlank;
    return (bytes[stop] === CR ? stop + 1 : stop) + 1;
  }

  function read(bytes: Uint8Array, start: number, targetRow: number, firstLine: number, limit: ParseLimit): number {
    fault = undefined;
    breaks = 0;
    row = targetRow;
    rowStart = start;
    line = firstLine;
    let position = start;
    for (let field = 0; ; field++) {
      const stop = locateField(bytes, position, limit, separator, bounds);
      if (stop === needsMore) return needsMore;
      // The end of the bytes may cut this field: then it must not enter a dictionary.
      if (stop >= limit.end && !limit.final) return needsMore;
      if (stop === brokenQuote) return dropBroken(bytes, limit);
      breaks += bounds.breaks;
      if (field < roles.length) readField(bytes, field);
      if (endsLine(bytes, stop)) {
        const newline = bytes[stop] === CR ? stop + 1 : stop;
        if (newline - start >= longestRow || (newline >= limit.end && !limit.final)) return needsMore;
        return endRow(bytes, stop, field + 1);
      }
      position = stop + 1;
    }
  }

  return {
    outcome,
    read,
    dropUnclosed: (bytes, start, firstLine, end) => {
      bounds.unclosed = true;
      rowStart = start;
      line = firstLine;
      return dropBroken(bytes, { end, final: true, stop: end });
    },
  };
}
