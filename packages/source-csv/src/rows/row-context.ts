import {
  clockReader,
  epochReader,
  type InstantReader,
  isoReader,
  localOffset,
  storeInstant,
  writtenReader,
} from "@atc/plugin-kit";
import type { FieldRole, FileLayout } from "../layout/layout.ts";
import type { ColumnBuffers } from "./column-buffers.ts";

/** The roles of fields as small integers, so that a loop over the fields of a row switches on bytes. Those from `price` on hold numbers. */
export const roleNumber: Readonly<Record<FieldRole, number>> = {
  skip: 0,
  symbol: 1,
  text: 2,
  time: 3,
  clock: 4,
  price: 5,
  number: 6,
};

/** Bytes of the longest row, its line end left out. */
export const longestRow: number = 1024 * 1024;

/** Where a parser stops: no byte of the row under way may be beyond. */
export interface ParseLimit {
  /** A row that starts here or after is another's; beyond `end` where that is far. */
  stop: number;
  /** Offset after the last byte; a line feed and some padding stand there. */
  end: number;
  /** Whether the text ends there, so that a last row without a line end is whole. */
  final: boolean;
}

/** What every row of a file is read with. */
export interface RowContext {
  /** The byte between fields. */
  readonly separator: number;
  /** The role of each field, by {@link roleNumber}. */
  readonly roles: Uint8Array;
  /** The column of each field, for messages. */
  readonly names: readonly string[];
  /** Where values go. */
  readonly buffers: ColumnBuffers;
  /** Whether a field holds the symbol; the buffers hold it already where none does. */
  readonly hasSymbol: boolean;
  /** Reads the time. */
  readonly readTime: InstantReader;
  /** Reads the time of day, where that is a field of its own. */
  readonly readClock: InstantReader;
  /** Whether a comma stands ahead of decimals, which the fast reader does not know. */
  readonly commaDecimals: boolean;
  /** The time of the row under way. */
  readonly instant: Float64Array;
  /** Its time of day, where that is a field of its own. */
  readonly clock: Float64Array;
  /** Stores the time of a row whose fields are read; false where it is out of range. */
  storeTime(row: number): boolean;
}

/** The context of a layout. */
export function rowContext(layout: FileLayout, buffers: ColumnBuffers): RowContext {
  const { fields, kind, symbol, commaDecimals } = layout;
  const instant = new Float64Array(2);
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
    commaDecimals,
    instant,
    clock,
    storeTime: (row) => {
      if (hasClock) {
        instant[0] = instant[0] + clock[0];
        instant[1] = clock[1];
      }
      if (offsetOf !== undefined) instant[0] = instant[0] - offsetOf(instant[0]);
      return storeInstant(instant, unit, words, row);
    },
  };
}

/** The reader of the time field: of the date alone, where the time of day is a field of its own. */
function timeReader({ time, timeStyle }: FileLayout, hasClock: boolean): InstantReader {
  const style = hasClock ? { ...timeStyle, isZoned: false, isTwelveHour: false } : timeStyle;
  if (time === "written") return writtenReader(style);
  return time === "iso" ? isoReader(style.isZoned) : epochReader(time);
}
