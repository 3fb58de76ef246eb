import type { EntryPrices } from "./entry-points.ts";
import type { HeldTrades } from "./held-trades.ts";

/** What a symbol's trades come to. */
export interface TradeSums {
  /** The product of their growths, 0 for good from the first that is not above 0. */
  growth: number;
  /** The sum of their returns. */
  gain: number;
}

/** Creates sums, all 0, that {@link addTrades} writes. */
export function createTradeSums(): TradeSums {
  return { growth: 0, gain: 0 };
}

/** Which trades are entered at which points, in order of time. */
export interface TradeEntries {
  /** The point of each entry. */
  readonly entries: Int32Array;
  /** Which of the symbol's trades is entered there. */
  readonly order: Int32Array;
}

/** Computes what the trades of a symbol come to at some entries. */
export function addTrades(
  { buy, sell, feeBps, feePerUnit }: EntryPrices,
  { lengths, sides }: Pick<HeldTrades, "lengths" | "sides">,
  { entries, order }: TradeEntries,
  sums: TradeSums,
): void {
  let [growth, sum] = [1, 0];
  for (let place = 0; place < order.length; place++) {
    const trade = order[place];
    const entry = entries[place];
    const exit = entry + lengths[trade];
    const isLong = sides[trade] > 0;
    const paid = isLong ? buy[entry] : sell[entry];
    const got = isLong ? sell[exit] : buy[exit];
    const fees = (paid * feeBps) / 10_000 + feePerUnit + ((got * feeBps) / 10_000 + feePerUnit);
    const gain = paid === 0 ? -1 : ((isLong ? got - paid : paid - got) - fees) / paid;
    sum += gain;
    growth = growth > 0 && gain > -1 ? growth * (1 + gain) : 0;
  }
  sums.growth = growth;
  sums.gain = sum;
}
