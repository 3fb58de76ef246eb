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
  /** Passes the bytes of the rows to `take` in portions, in order, each with its first row. */
  pack(table: Table, take: (row: number, bytes: Uint8Array) => void): void;
  /** Fills the rows; `give` fills the bytes of each portion, which starts at `row`. */
  unpack(table: Table, give: (row: number, bytes: Uint8Array) => void): void;
}

/** One portion of rows, as numbers and as 32-bit words. */
interface Portion {
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
  const portion = { numbers, words: wordsOf(numbers) };
  const bytes = new Uint8Array(numbers.buffer);

  function inPortions(length: number, each: (row: number, rows: number) => void): void {
    for (let row = 0; row < length; row += rowsAtOnce) each(row, Math.min(rowsAtOnce, length - row));
  }

  return {
    pack: (table, take) =>
      inPortions(table.length, (row, rows) => {
        conversion.pack(table, portion, row, rows);
        take(row, bytes.subarray(0, bytesPerRow * rows));
      }),
    unpack: (table, give) =>
      inPortions(table.length, (row, rows) => {
        give(row, bytes.subarray(0, bytesPerRow * rows));
        conversion.unpack(table, portion, row, rows);
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
/** The slot of the small columns: the bars held in one word, direction, reason and open in the bytes of the other. */
const smallSlot = 11;

const tradeConversion: RowConversion<Trades> = {
  bytesPerRow: tradeBytes,
  pack(trades, { numbers, words }, row, rows) {
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
        ((trades.direction[from] ?? 0) + 1) | ((trades.open[from] ?? 0) << 8) | ((trades.reason[from] ?? 0) << 16);
    }
    for (const [k, name] of tradeNumbers.entries()) {
      const values = trades[name];
      for (let i = 0; i < rows; i++) numbers[tradeSlots * i + 2 + k] = values[row + i] ?? 0;
    }
  },
  unpack(trades, { numbers, words }, row, rows) {
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
      trades.direction[to] = (small & 0xff) - 1;
      trades.open[to] = (small >> 8) & 0xff;
      trades.reason[to] = (small >> 16) & 0xff;
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
const fillNumbers = ["quantity", "price", "fee", "slippage", "reason"] as const;
const fillSlots = fillBytes / 8;

const fillConversion: RowConversion<Fills> = {
  bytesPerRow: fillBytes,
  pack(fills, { numbers, words }, row, rows) {
    const times = wordsOf(fills.time);
    for (let i = 0; i < rows; i++) {
      words[2 * fillSlots * i] = times[2 * (row + i)] ?? 0;
      words[2 * fillSlots * i + 1] = times[2 * (row + i) + 1] ?? 0;
    }
    for (const [k, name] of fillNumbers.entries()) {
      const values = fills[name];
      for (let i = 0; i < rows; i++) numbers[fillSlots * i + 1 + k] = values[row + i] ?? 0;
    }
  },
  unpack(fills, { numbers, words }, row, rows) {
    const times = wordsOf(fills.time);
    for (let i = 0; i < rows; i++) {
      times[2 * (row + i)] = words[2 * fillSlots * i] ?? 0;
      times[2 * (row + i) + 1] = words[2 * fillSlots * i + 1] ?? 0;
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
