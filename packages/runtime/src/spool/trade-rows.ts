import type { Fills, Trades } from "@atc/backtest";
import { fillBytes, tradeBytes } from "./spool-layout.ts";

/** Rows per read or write: 48 kB of trades. */
const rowsAtOnce = 512;

/** Times as pairs of 32-bit words, to avoid a BigInt per time. */
function wordsOf({ buffer, byteOffset, byteLength }: BigInt64Array | Float64Array): Int32Array {
  return new Int32Array(buffer, byteOffset, byteLength / 4);
}

/**
 * Converts a table between columns and rows of numbers. With rows, one write takes many columns, and few rows take
 * little disk space.
 */
export interface PackedRows<Table> {
  /**
   * Passes the bytes of the rows to `take` in portions, in order, each with its first row.
   *
   * @param symbols - the index of the symbol of each row, below 2^21. Default: all 0
   */
  pack(table: Table, take: (row: number, bytes: Uint8Array) => void, symbols?: Int32Array): void;
  /** Fills the rows, and `symbols`; `give` fills the bytes of each portion, which starts at `row`. */
  unpack(table: Table, give: (row: number, bytes: Uint8Array) => void, symbols?: Int32Array): void;
}

/** One portion of rows, as numbers and as 32-bit words. */
interface Portion {
  /** The indices of the symbols of all rows of the table. */
  readonly symbols: Int32Array | undefined;
  readonly numbers: Float64Array;
  readonly words: Int32Array;
}

/** How the rows of a table are converted. `row` is the first row of the portion in the table. */
interface RowConversion<Table> {
  readonly bytesPerRow: number;
  pack(table: Table, portion: Portion, row: number, rows: number): void;
  unpack(table: Table, portion: Portion, row: number, rows: number): void;
}

/** A converter with its own buffer, which all calls share. */
function packedRows<Table extends { readonly length: number }>(conversion: RowConversion<Table>): PackedRows<Table> {
  const { bytesPerRow } = conversion;
  const numbers = new Float64Array((bytesPerRow / 8) * rowsAtOnce);
  const words = wordsOf(numbers);
  const bytes = new Uint8Array(numbers.buffer);

  function inPortions(length: number, each: (row: number, rows: number) => void): void {
    for (let row = 0; row < length; row += rowsAtOnce) each(row, Math.min(rowsAtOnce, length - row));
  }

  return {
    pack: (table, take, symbols) =>
      inPortions(table.length, (row, rows) => {
        conversion.pack(table, { numbers, words, symbols }, row, rows);
        take(row, bytes.subarray(0, bytesPerRow * rows));
      }),
    unpack: (table, give, symbols) =>
      inPortions(table.length, (row, rows) => {
        give(row, bytes.subarray(0, bytesPerRow * rows));
        conversion.unpack(table, { numbers, words, symbols }, row, rows);
      }),
  };
}

/** The columns of trades that are numbers, by slot: slots 0 and 1 hold the times. */
const tradeNumbers = [
  "quantity",
  "entryPrice",
  "exitPrice",
  "fees",
  "slippage",
  "profit",
  "return",
  "mae",
  "mfe",
] as const;
const tradeSlots = tradeBytes / 8;
/**
 * The slot of the small columns. One word holds the bars held; the other the direction plus 1 in 2 bits, open in 1 bit,
 * the reason in 8 bits and the symbol in 21 bits.
 */
const smallSlot = 11;

const tradeConversion: RowConversion<Trades> = {
  bytesPerRow: tradeBytes,
  pack(trades, { numbers, words, symbols }, row, rows) {
    const entries = wordsOf(trades.entryTime);
    const exits = wordsOf(trades.exitTime);
    for (let i = 0; i < rows; i++) {
      const at = 2 * tradeSlots * i;
      const from = row + i;
      words[at] = entries[2 * from] ?? 0;
      words[at + 1] = entries[2 * from + 1] ?? 0;
      words[at + 2] = exits[2 * from] ?? 0;
      words[at + 3] = exits[2 * from + 1] ?? 0;
      words[at + 2 * smallSlot] = trades.barsHeld[from] ?? 0;
      words[at + 2 * smallSlot + 1] =
        ((trades.direction[from] ?? 0) + 1) |
        ((trades.open[from] ?? 0) << 2) |
        ((trades.reason[from] ?? 0) << 3) |
        ((symbols?.[from] ?? 0) << 11);
    }
    for (const [k, name] of tradeNumbers.entries()) {
      const values = trades[name];
      for (let i = 0; i < rows; i++) numbers[tradeSlots * i + 2 + k] = values[row + i] ?? 0;
    }
  },
  unpack(trades, { numbers, words, symbols }, row, rows) {
    const entries = wordsOf(trades.entryTime);
    const exits = wordsOf(trades.exitTime);
    for (let i = 0; i < rows; i++) {
      const at = 2 * tradeSlots * i;
      const to = row + i;
      entries[2 * to] = words[at] ?? 0;
      entries[2 * to + 1] = words[at + 1] ?? 0;
      exits[2 * to] = words[at + 2] ?? 0;
      exits[2 * to + 1] = words[at + 3] ?? 0;
      trades.barsHeld[to] = words[at + 2 * smallSlot] ?? 0;
      const small = words[at + 2 * smallSlot + 1] ?? 0;
      trades.direction[to] = (small & 3) - 1;
      trades.open[to] = (small >> 2) & 1;
      trades.reason[to] = (small >> 3) & 0xff;
      if (symbols !== undefined) symbols[to] = small >>> 11;
    }
    for (const [k, name] of tradeNumbers.entries()) {
      const values = trades[name];
      for (let i = 0; i < rows; i++) values[row + i] = numbers[tradeSlots * i + 2 + k] ?? 0;
    }
  },
};

/** A converter of trades with its own buffer, which all calls share. */
export function createTradeRows(): PackedRows<Trades> {
  return packedRows(tradeConversion);
}

/** The columns of fills that are numbers, by slot: slot 0 holds the time. */
const fillNumbers = ["quantity", "price", "fee", "slippage"] as const;
/** The slot of the reason, in one word, and of the symbol in the other. */
const reasonSlot = 5;
const fillSlots = fillBytes / 8;

const fillConversion: RowConversion<Fills> = {
  bytesPerRow: fillBytes,
  pack(fills, { numbers, words, symbols }, row, rows) {
    const times = wordsOf(fills.time);
    for (let i = 0; i < rows; i++) {
      words[2 * fillSlots * i] = times[2 * (row + i)] ?? 0;
      words[2 * fillSlots * i + 1] = times[2 * (row + i) + 1] ?? 0;
      words[2 * (fillSlots * i + reasonSlot)] = fills.reason[row + i] ?? 0;
      words[2 * (fillSlots * i + reasonSlot) + 1] = symbols?.[row + i] ?? 0;
    }
    for (const [k, name] of fillNumbers.entries()) {
      const values = fills[name];
      for (let i = 0; i < rows; i++) numbers[fillSlots * i + 1 + k] = values[row + i] ?? 0;
    }
  },
  unpack(fills, { numbers, words, symbols }, row, rows) {
    const times = wordsOf(fills.time);
    for (let i = 0; i < rows; i++) {
      times[2 * (row + i)] = words[2 * fillSlots * i] ?? 0;
      times[2 * (row + i) + 1] = words[2 * fillSlots * i + 1] ?? 0;
      fills.reason[row + i] = words[2 * (fillSlots * i + reasonSlot)] ?? 0;
      if (symbols !== undefined) symbols[row + i] = words[2 * (fillSlots * i + reasonSlot) + 1] ?? 0;
    }
    for (const [k, name] of fillNumbers.entries()) {
      const values = fills[name];
      for (let i = 0; i < rows; i++) values[row + i] = numbers[fillSlots * i + 1 + k] ?? 0;
    }
  },
};

/** A converter of fills with its own buffer, which all calls share. */
export function createFillRows(): PackedRows<Fills> {
  return packedRows(fillConversion);
}
