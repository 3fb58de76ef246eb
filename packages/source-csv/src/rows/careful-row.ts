import { CR, LF } from "@atc/plugin-kit";
import { isMissing } from "../layout/sample.ts";
import { excerpt } from "../text/byte.ts";
import { scanCommaDecimal, scanDecimal } from "../text/decimal.ts";
import type { Dictionary } from "../text/dictionary.ts";
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

/** What became of a row. */
interface RowOutcome {
  /** Whether the row is stored. */
  stored: boolean;
  /** Line feeds up to its end. */
  lines: number;
}

/** Reads rows of any shape. */
export interface CarefulRow {
  /** Reads the row at `start`; returns the offset of the next, -1 where the row's end is not among the bytes or too far. */
  read(bytes: Uint8Array, start: number, row: number, line: number, limit: ParseLimit): number;
  /** Takes the row at `start` as bad up to its first line feed: its quote is not closed within any reason. */
  dropUnclosed(bytes: Uint8Array, start: number, line: number, end: number): number;
  /** What became of the row read last. */
  readonly outcome: RowOutcome;
}

/** A reader of rows of any shape: quoted fields, blanks around fields, missing values, faults. */
export function carefulRow(context: RowContext, badRows: BadRowPolicy): CarefulRow {
  const { separator, roles, names, buffers, hasSymbol, readTime, readClock, instant, clock, storeTime } = context;
  const { numbers, texts, dictionaries, symbols, symbolDictionary } = buffers;
  const bounds = fieldBounds();
  const symbol = fieldBounds();
  const outcome: RowOutcome = { stored: false, lines: 0 };
  let fault: FaultReason | undefined;
  let faultField = -1;
  let faultText = "";
  let breaks = 0;

  /** Notes the first fault; one that leaves the row out counts more than a number. */
  function setFault(reason: FaultReason, field: number, bytes: Uint8Array, start: number, end: number): void {
    if (fault !== undefined && (fault !== "number" || reason === "number")) return;
    fault = reason;
    faultField = field;
    faultText = excerpt(bytes, start, end);
  }

  function readNumber(bytes: Uint8Array, field: number, row: number): void {
    const { start, end } = bounds;
    const target = numbers[field] as Float64Array;
    if (
      context.commaDecimals
        ? scanCommaDecimal(bytes, start, end, target, row)
        : scanDecimal(bytes, start, target, row) === end
    )
      return;
    target[row] = Number.NaN;
    const missing = end - start <= 4 && isMissing(excerpt(bytes, start, end));
    if (!missing || roles[field] === roleNumber.price) setFault("number", field, bytes, start, end);
  }

  /** The index of a text in a dictionary; -1 where it is empty or not UTF-8. */
  function textIndex(dictionary: Dictionary | undefined, bytes: Uint8Array, field: number, at: FieldBounds): number {
    const { start, end, escaped } = at;
    if (end === start) return -1;
    const text = escaped ? withoutDoubledQuotes(bytes, start, end) : undefined;
    const index =
      text === undefined ? dictionary?.indexOf(bytes, start, end) : dictionary?.indexOf(text, 0, text.length);
    if (index === -1) setFault("encoding", field, bytes, start, end);
    return index ?? -1;
  }

  /** Stores the symbol of a row whose other fields are good, so that no symbol of bad rows alone enters the dictionary. */
  function storeSymbol(bytes: Uint8Array, row: number): void {
    const { start, end } = symbol;
    const field = roles.indexOf(roleNumber.symbol);
    if (end === start) setFault("symbol", field, bytes, start, end);
    else symbols[row] = textIndex(symbolDictionary, bytes, field, symbol);
  }

  function readField(bytes: Uint8Array, field: number, row: number): void {
    const { start, end } = bounds;
    const role = roles[field];
    if (role >= roleNumber.price) readNumber(bytes, field, row);
    else if (role === roleNumber.text)
      (texts[field] as Int32Array)[row] = textIndex(dictionaries[field], bytes, field, bounds);
    else if (role === roleNumber.symbol) Object.assign(symbol, bounds);
    else if (role === roleNumber.time && readTime(bytes, start, instant) !== end)
      setFault("time", field, bytes, start, end);
    else if (role === roleNumber.clock && readClock(bytes, start, clock) !== end)
      setFault("time", field, bytes, start, end);
  }

  /** Tells the policy of the row's fault; true where the row stays. */
  function takeFault(line: number): boolean {
    if (fault === undefined) return true;
    const column = names[faultField];
    return badRows.take({ line, reason: fault, text: faultText, ...(column === undefined ? {} : { column }) });
  }

  /** Leaves out a row whose quotes are broken, up to the line feed after the fault; an unclosed quote, up to the row's first. */
  function dropBroken(bytes: Uint8Array, start: number, line: number, limit: ParseLimit): number {
    const { unclosed } = bounds;
    const newline = bytes.indexOf(LF, unclosed ? start : bounds.fault);
    if (newline - start >= longestRow || (newline >= limit.end && !limit.final)) return needsMore;
    fault = undefined;
    setFault("quote", -1, bytes, start, newline);
    takeFault(line);
    outcome.stored = false;
    outcome.lines = unclosed ? 1 : 1 + breaks + bounds.breaks;
    return newline + 1;
  }

  /** Ends a row of `count` fields at the line end `stop`. */
  function endRow(bytes: Uint8Array, start: number, stop: number, row: number, line: number, count: number): number {
    const isBlank = count === 1 && excerpt(bytes, start, stop).trim() === "";
    if (count !== roles.length) {
      fault = undefined;
      if (!isBlank) setFault("fields", -1, bytes, start, stop);
    } else if (!storeTime(row)) setFault("time", roles.indexOf(roleNumber.time), bytes, start, stop);
    if (hasSymbol && count === roles.length && (fault === undefined || (fault === "number" && badRows.keepsNaN)))
      storeSymbol(bytes, row);
    outcome.lines = 1 + breaks;
    outcome.stored = takeFault(line) && !isBlank;
    return (bytes[stop] === CR ? stop + 1 : stop) + 1;
  }

  function read(bytes: Uint8Array, start: number, row: number, line: number, limit: ParseLimit): number {
    fault = undefined;
    breaks = 0;
    let position = start;
    for (let field = 0; ; field++) {
      const stop = locateField(bytes, position, limit, separator, bounds);
      if (stop === needsMore) return needsMore;
      // A field that the end of the bytes may have cut must not enter a dictionary.
      if (stop >= limit.end && !limit.final) return needsMore;
      if (stop === brokenQuote) return dropBroken(bytes, start, line, limit);
      breaks += bounds.breaks;
      if (field < roles.length) readField(bytes, field, row);
      if (endsLine(bytes, stop)) {
        const newline = bytes[stop] === CR ? stop + 1 : stop;
        if (newline - start >= longestRow || (newline >= limit.end && !limit.final)) return needsMore;
        return endRow(bytes, start, stop, row, line, field + 1);
      }
      position = stop + 1;
    }
  }

  return {
    outcome,
    read,
    dropUnclosed: (bytes, start, line, end) => {
      bounds.unclosed = true;
      return dropBroken(bytes, start, line, { end, final: true, stop: end });
    },
  };
}
