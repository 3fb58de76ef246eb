import type { Trades } from "@atc/backtest";
import { tradeBytes } from "./spool-layout.ts";

/** Trades read or written at once: 36 kB. */
const rowsAtOnce = 512;
const slots = tradeBytes / 8;

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
  const times = new BigInt64Array(numbers.buffer);
  const bytes = new Uint8Array(numbers.buffer);

  function inPortions(length: number, each: (row: number, rows: number) => void): void {
    for (let row = 0; row < length; row += rowsAtOnce) each(row, Math.min(rowsAtOnce, length - row));
  }

  return {
    pack: (trades, take) =>
      inPortions(trades.length, (row, rows) => {
        for (let i = 0; i < rows; i++) {
          const at = slots * i;
          const from = row + i;
          times[at] = trades.entryTime[from] as bigint;
          times[at + 1] = trades.exitTime[from] as bigint;
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
      }),
    unpack: (trades, give) =>
      inPortions(trades.length, (row, rows) => {
        give(row, bytes.subarray(0, tradeBytes * rows));
        for (let i = 0; i < rows; i++) {
          const at = slots * i;
          const to = row + i;
          trades.entryTime[to] = times[at] as bigint;
          trades.exitTime[to] = times[at + 1] as bigint;
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
      }),
  };
}
