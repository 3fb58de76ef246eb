import { AtcError } from "@atc/contract";
import type { CheckedPrices } from "../stream/price-check.ts";

/** Returns `count` bars from bar `from` on, which have been pushed before. */
export type Reread = (from: number, count: number) => CheckedPrices;

/** Bars that are read at once. */
const readLength = 4096;

/** Passes the bars before `end` to `use`, from the first on, at most `blockLength` at a time. */
export function replay(
  reread: Reread,
  end: number,
  blockLength: number,
  use: (prices: CheckedPrices, from: number, count: number) => void,
): void {
  for (let from = 0; from < end; from += readLength) {
    const length = Math.min(readLength, end - from);
    const prices = reread(from, length);
    if (prices.close.length !== length) {
      const message = `${prices.close.length} bars were read again from bar ${from} on, and ${length} were asked for; return the bars that were pushed`;
      throw new AtcError("ATC_INVALID_DATA", message, { details: { from, count: length, bars: prices.close.length } });
    }
    for (let at = 0; at < length; at += blockLength) use(prices, at, Math.min(blockLength, length - at));
  }
}
