import {
  clockReader,
  epochReader,
  isoReader,
  localOffset,
  looseReader,
  storeTimespec,
  type TimespecReader,
} from "@atc/plugin-kit";
import type { CsvLayout, FieldRole } from "../layout/csv-layout.ts";
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
export interface RowContext {
  /** The byte between fields. */
  readonly separator: number;
  /** The role of each field, by {@link roleNumber}. */
  readonly roles: Uint8Array;
  /** The column of each field, for messages. */
  readonly names: readonly string[];
  /** The arrays that receive the values. */
  readonly buffers: ColumnBuffers;
  /** Whether a field holds the symbol. If none does, the buffers hold it already. */
  readonly hasSymbol: boolean;
  /** Reads the time into `timespec`: the date alone if the time of day is a field of its own. */
  readonly readTime: TimespecReader;
  /** Reads the time of day into `clock`, if that is a field of its own. */
  readonly readClock: TimespecReader;
  /** Reads a number that is not plain; undefined if all are. `fastRow` would misread `1.234` of a style. */
  readonly scanStyled: NumberScanner | undefined;
  /** Seconds and nanoseconds of the row's time. */
  readonly timespec: Float64Array;
  /** Seconds and nanoseconds of the row's time of day, if that is a field of its own. */
  readonly clock: Float64Array;
  /** Stores the time of a row after its fields are read; false if it is out of range. */
  storeTime(row: number): boolean;
}

/** The context for files of a layout. */
export function rowContext(layout: CsvLayout, buffers: ColumnBuffers): RowContext {
  const { fields, kind, symbol, numbers } = layout;
  const timespec = new Float64Array(2);
  const clock = new Float64Array(2);
  const hasClock = fields.some(({ role }) => role === "clock");
  const unit = kind === "ticks" ? "ns" : "ms";
  const words = buffers.timeWords;
  const offsetOf = layout.localTime === undefined ? undefined : localOffset("csv", layout.localTime);
  if (symbol !== undefined) {
    const name = new TextEncoder().encode(symbol);
    buffers.symbols.fill(buffers.symbolDictionary.indexOf(name, 0, name.length));
  }
  return {
    separator: layout.separator,
    roles: Uint8Array.from(fields, ({ role }) => roleNumber[role]),
    names: fields.map(({ name }) => name),
    buffers,
    hasSymbol: fields.some(({ role }) => role === "symbol"),
    readTime: timeReader(layout, hasClock),
    readClock: clockReader(layout.timeStyle),
    scanStyled: numbers === undefined ? undefined : numberScanner(numbers),
    timespec,
    clock,
    storeTime: (row) => {
      if (hasClock) {
        timespec[0] = timespec[0] + clock[0];
        timespec[1] = clock[1];
      }
      if (offsetOf !== undefined) timespec[0] = timespec[0] - offsetOf(timespec[0]);
      return storeTimespec(timespec, unit, words, row);
    },
  };
}

/** The reader of the time field. */
function timeReader({ time, timeStyle }: CsvLayout, hasClock: boolean): TimespecReader {
  const style = hasClock ? { ...timeStyle, isZoned: false, isTwelveHour: false } : timeStyle;
  if (time === "loose") return looseReader(style);
  return time === "iso" ? isoReader(style.isZoned) : epochReader(time);
}
