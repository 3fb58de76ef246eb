import type { Trades } from "@atc/backtest";
import { tradeBytes } from "./spool-layout.ts";

/** Trades read or written at once: 36 kB. */
const rowsAtOnce = 512;
const slots = tradeBytes / 8;

/** Times as pairs of 32-bit words: a BigInt a time would be garbage at once. */
function wordsOf({ buffer, byteOffset, byteLength }: BigInt64Array | Float64Array): Int32Array {
  return new Int32Array(buffer, byteOffset, byteLength / 4);
}

/** Moves trades between columns and rows of nine numbers, so that one write takes many trades and a symbol of few takes little of the disk. */
export interface TradeRows {
  /** Hands on the bytes of the trades, in order, with the row that each portion begins at. */
  pack(trades: Trades, take: (row: number, bytes: Uint8Array) => void): void;
  /** Fills trades from the bytes that `give` fills. */
  unpack(trades: Trades, give: (row: number, bytes: Uint8Array) => void): void;
}

/** Rows over memory of their own, which each call uses again. */
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
          words[2 * at] = entries[2 * from] as number;
          words[2 * at + 1] = entries[2 * from + 1] as number;
          words[2 * at + 2] = exits[2 * from] as number;
          words[2 * at + 3] = exits[2 * from + 1] as number;
          numbers[at + 2] = trades.quantity[from] as number;
          numbers[at + 3] = trades.entryPrice[from] as number;
          numbers[at + 4] = trades.exitPrice[from] as number;
          numbers[at + 5] = trades.fees[from] as number;
          numbers[at + 6] = trades.profit[from] as number;
          numbers[at + 7] = trades.return[from] as number;
          // The direction, twice as large if the position is open.
          numbers[at + 8] = (trades.direction[from] as number) * (1 + (trades.open[from] as number));
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
          entries[2 * to] = words[2 * at] as number;
          entries[2 * to + 1] = words[2 * at + 1] as number;
          exits[2 * to] = words[2 * at + 2] as number;
          exits[2 * to + 1] = words[2 * at + 3] as number;
          trades.quantity[to] = numbers[at + 2] as number;
          trades.entryPrice[to] = numbers[at + 3] as number;
          trades.exitPrice[to] = numbers[at + 4] as number;
          trades.fees[to] = numbers[at + 5] as number;
          trades.profit[to] = numbers[at + 6] as number;
          trades.return[to] = numbers[at + 7] as number;
          const direction = numbers[at + 8] as number;
          trades.direction[to] = Math.sign(direction);
          trades.open[to] = Math.abs(direction) - 1;
        }
      });
    },
  };
}
