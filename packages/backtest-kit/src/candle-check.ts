import type { ReadonlyTypedArray } from "@atc/contract";

/** The prices of one block of bars. */
export interface CandleColumns {
  readonly open: ReadonlyTypedArray<number>;
  readonly high: ReadonlyTypedArray<number>;
  readonly low: ReadonlyTypedArray<number>;
  readonly close: ReadonlyTypedArray<number>;
  /** Undefined if the series has no volume. */
  readonly volume: ReadonlyTypedArray<number> | undefined;
}

const priceNames = ["open", "high", "low", "close"] as const;

/** The factor by which a price may be below its neighbours. The host takes a lower price for an unfinished candle. */
const anomalyFactor = 1000;

/**
 * Describes what is wrong with bar `i`; undefined if it is valid. `lowest` is the lowest price that the host accepts.
 */
export function candleFault(columns: CandleColumns, i: number, lowest: number): string | undefined {
  const open = columns.open[i];
  const high = columns.high[i];
  const low = columns.low[i];
  const close = columns.close[i];
  const volume = columns.volume === undefined ? 0 : columns.volume[i];
  const least = Math.max(lowest, Number.MIN_VALUE);
  const most = Number.MAX_VALUE;
  const held =
    open >= least && open <= most && high <= most && low >= least && close >= least && close <= most && high >= low;
  return held && volume >= 0 && volume <= most ? undefined : explain({ open, high, low, close }, volume, lowest);
}

function explain(prices: Readonly<Record<string, number>>, volume: number, lowest: number): string {
  for (const [name, price] of Object.entries(prices)) {
    if (!(price > 0 && Number.isFinite(price))) return `${name} is "${price}"; prices must be finite and above 0`;
    if (price < lowest)
      return `${name} is "${price}", less than a thousandth of the prices around it; the host treats that as an unfinished candle`;
  }
  const { high = 0, low = 0 } = prices;
  if (high < low) return `high is "${high}", below low "${low}"`;
  return `volume is "${volume}"; it must be finite and 0 or more`;
}

/**
 * The lowest price that the host accepts among these bars: a thousandth of the median, or of the mean for fewer than 5
 * bars.
 */
export function lowestPrice(columns: CandleColumns, length: number): number {
  let least = Number.POSITIVE_INFINITY;
  let most = 0;
  for (const name of priceNames) {
    const prices = columns[name];
    for (let i = 0; i < length; i++) {
      const price = prices[i];
      if (price > 0 && price < least) least = price;
      if (price > most && price < Number.POSITIVE_INFINITY) most = price;
    }
  }
  // A price below a thousandth of the median is also below a thousandth of the highest price, so almost no block is
  // sorted.
  return least * anomalyFactor >= most ? 0 : reference(columns, length) / anomalyFactor;
}

function reference(columns: CandleColumns, length: number): number {
  const positive = priceNames
    .flatMap((name) => Array.from({ length }, (_, i) => columns[name][i]))
    .filter((price) => price > 0 && price < Number.POSITIVE_INFINITY)
    .toSorted((a, b) => a - b);
  if (length >= 5) return positive[Math.floor(positive.length / 2)] ?? 0;
  return positive.reduce((sum, price) => sum + price, 0) / Math.max(1, positive.length);
}
