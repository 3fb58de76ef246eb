import type { Trades } from "@atc/backtest";
import { tradeBytes } from "./spool-layout.ts";

/** Trades per read or write: 36 kB. */
const rowsAtOnce = 512;
const slots = tradeBytes / 8;

/** Times as pairs of 32-bit words, to avoid a BigInt per time. */
function wordsOf({ buffer, byteOffset, byteLength }: BigInt64Array | Float64Array): Int32Array {
  return new Int32Array(buffer, byteOffset, byteLength / 4);
}

/**
 * Converts trades between columns and rows of nine numbers. With rows, one write takes many trades, and few trades
 * take little disk space.
 */
export interface TradeRows {
  /** Passes the bytes of the trades to `take` in portions, in order, each with its first row. */
  pack(trades: Trades, take: (row: number, bytes: Uint8Array) => void): void;
  /** Fills trades; `give` fills the bytes of each portion, which starts at `row`. */
  unpack(trades: Trades, give: (row: number, bytes: Uint8Array) => void): void;
}

/** A converter with its own buffer, which all calls share. */
export function createTradeRows(): TradeRows {
  const numbers = new Float64Array(slots * rowsAtOnce);
  const words = wordsOf(numbers);
  const bytes = new Uint8Array(numbers.buffer);

  function inPortions(length: number, each: (row: number, rows: number) => void): void {
    for (let row = 0; row < length; row += rowsAtOnce) each(row, Math.min(rowsAtOnce, length - row));
  }

  return {
    pack(trades, take) {
      const entries = wordsOf(trades.entryTime);
      const exits = wordsOf(trades.exitTime);
      inPortions(trades.length, (row, rows) => {
        for (let i = 0; i < rows; i++) {
          const at = slots * i;
          const from = row + i;
          words[2 * at] = entries[2 * from] ?? 0;
          words[2 * at + 1] = entries[2 * from + 1] ?? 0;
          words[2 * at + 2] = exits[2 * from] ?? 0;
          words[2 * at + 3] = exits[2 * from + 1] ?? 0;
          numbers[at + 2] = trades.quantity[from] ?? 0;
          numbers[at + 3] = trades.entryPrice[from] ?? 0;
          numbers[at + 4] = trades.exitPrice[from] ?? 0;
          numbers[at + 5] = trades.fees[from] ?? 0;
          numbers[at + 6] = trades.profit[from] ?? 0;
          numbers[at + 7] = trades.return[from] ?? 0;
          // The direction, doubled if the position is open.
          numbers[at + 8] = (trades.direction[from] ?? 0) * (1 + (trades.open[from] ?? 0));
        }
        take(row, bytes.subarray(0, tradeBytes * rows));
      });
    },
    unpack(trades, give) {
      const entries = wordsOf(trades.entryTime);
      const exits = wordsOf(trades.exitTime);
      inPortions(trades.length, (row, rows) => {
        give(row, bytes.subarray(0, tradeBytes * rows));
        for (let i = 0; i < rows; i++) {
          const at = slots * i;
          const to = row + i;
          entries[2 * to] = words[2 * at] ?? 0;
          entries[2 * to + 1] = words[2 * at + 1] ?? 0;
          exits[2 * to] = words[2 * at + 2] ?? 0;
          exits[2 * to + 1] = words[2 * at + 3] ?? 0;
          trades.quantity[to] = numbers[at + 2] ?? 0;
          trades.entryPrice[to] = numbers[at + 3] ?? 0;
          trades.exitPrice[to] = numbers[at + 4] ?? 0;
          trades.fees[to] = numbers[at + 5] ?? 0;
          trades.profit[to] = numbers[at + 6] ?? 0;
          trades.return[to] = numbers[at + 7] ?? 0;
          const direction = numbers[at + 8] ?? 0;
          trades.direction[to] = Math.sign(direction);
          trades.open[to] = Math.abs(direction) - 1;
        }
      });
    },
  };
}
