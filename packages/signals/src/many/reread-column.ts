import type { PriceColumns, SignalConfig } from "@atc/contract";
import type { Reread } from "../graph/reread.ts";
import { deferPriceCheck } from "../stream/price-check.ts";

/** Returns `count` bars from bar `from` on, which have been pushed before. */
export type RereadPrices = (from: number, count: number) => PriceColumns;

/**
 * Reads the close and the calculation source again. Prices are not checked, because they were when they were pushed.
 *
 * @throws ATC_INVALID_DATA if the calculation source is missing or columns differ in length
 */
export function rereadColumns(reread: RereadPrices, config: SignalConfig): Reread {
  return (from, count) => deferPriceCheck(reread(from, count), config, from);
}

/** Bars `from` to `from + count` (exclusive) of all columns. */
export function partOfPrices({ close, open, high, low }: PriceColumns, from: number, count: number): PriceColumns {
  const end = from + count;
  return {
    close: close.subarray(from, end),
    ...(open && { open: open.subarray(from, end) }),
    ...(high && { high: high.subarray(from, end) }),
    ...(low && { low: low.subarray(from, end) }),
  };
}
