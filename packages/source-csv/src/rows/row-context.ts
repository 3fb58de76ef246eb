import { type RowTimes, rowTimes, storeTimespec } from "@atc/plugin-kit";
import type { CsvLayout } from "../layout/csv-layout.ts";
import type { FieldRole } from "../layout/field-layouts.ts";
import { type NumberScanner, numberScanner } from "../text/styled-number.ts";
import type { ColumnBuffers } from "./column-buffers.ts";

/**
 * The roles of fields as small integers, so that a loop over the fields of a row switches on bytes. Roles from `price`
 * on are numbers.
 */
export const roleNumber: Readonly<Record<FieldRole, number>> = {
  skip: 0,
  symbol: 1,
  text: 2,
  time: 3,
  clock: 4,
  price: 5,
  number: 6,
};

/** Bytes of the longest row, without its line end. */
export const longestRow: number = 1024 * 1024;

/** The position at which a parser stops. It parses only rows whose bytes are all before `end`. */
export interface ParseLimit {
  /** Rows that start at this offset or later are not parsed. It may be beyond `end`. */
  stop: number;
  /** The offset after the last byte of text; a line feed and the padding follow. */
  end: number;
  /** Whether the text ends at `end`, so that a last row without a line end is whole. */
  final: boolean;
}

/** What all row readers of a file share. */
export interface RowContext
  extends Pick<RowTimes, "timespec" | "clock" | "readTime" | "readClock" | "tally" | "notes"> {
  /** The byte between fields. */
  readonly separator: number;
  /** The role of each field, by {@link roleNumber}. */
  readonly roles: Uint8Array;
  /** The column of each field as the header names it, for messages. */
  readonly names: readonly string[];
  /** The arrays that receive the values. */
  readonly buffers: ColumnBuffers;
  /** Whether a field holds the symbol. If none does, the buffers hold it already. */
  readonly hasSymbol: boolean;
  /** Whether times depend on the symbol's rows before, so that the symbol is stored first. */
  readonly infers: boolean;
  /** Reads a number that is not plain; undefined if all are. `fastRow` would misread `1.234` of a style. */
  readonly scanStyled: NumberScanner | undefined;
  /** Stores the time of a row after its fields are read; false if it is out of range. */
  storeTime(row: number): boolean;
}

/** The context for files of a layout. */
export function rowContext(layout: CsvLayout, buffers: ColumnBuffers): RowContext {
  const { fields, kind, symbol, numbers } = layout;
  const times = rowTimes("csv", layout, kind === "ticks");
  const { timespec, join } = times;
  const unit = kind === "ticks" ? "ns" : "ms";
  const words = buffers.timeWords;
  const { symbols } = buffers;
  if (symbol !== undefined) {
    const name = new TextEncoder().encode(symbol);
    buffers.symbols.fill(buffers.symbolDictionary.indexOf(name, 0, name.length));
  }
  return {
    separator: layout.separator,
    roles: Uint8Array.from(fields, ({ role }) => roleNumber[role]),
    names: fields.map(({ title }) => title),
    buffers,
    hasSymbol: fields.some(({ role }) => role === "symbol"),
    infers: layout.localTime?.disambiguation === "infer",
    scanStyled: numbers === undefined ? undefined : numberScanner(numbers),
    ...times,
    storeTime: (row) => join(symbols[row]) && storeTimespec(timespec, unit, words, row),
  };
}
