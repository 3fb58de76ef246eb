/** Where the curves of one symbol lie in the two areas of a spool. */
export interface SpoolRegion {
  /** The symbol. */
  readonly symbol: string;
  /** The bars that it has room for. It has room for as many trades: a bar fills one order at most. */
  readonly bars: number;
  /** Byte offset in the area of bars: times, then equities, then directions. */
  readonly barOffset: number;
  /** Byte offset in the area of trades. */
  readonly tradeOffset: number;
}

/** A symbol and the bars that it can have at most. */
export interface SizedSymbol {
  /** The symbol. */
  readonly symbol: string;
  /** Bars. */
  readonly bars: number;
}

/** Bytes of a trade: nine numbers of 8 bytes. */
export const tradeBytes = 72;

/** Bytes of a bar's time, equity and direction. */
const barBytes = 17;

/** Bytes of a point of the portfolio's curve: time and equity. */
export const pointBytes = 16;

/** Where everything lies in a spool. It follows from the symbols alone, so that threads can write at the same time. */
export interface SpoolLayout {
  /** The regions by symbol. */
  readonly regions: ReadonlyMap<string, SpoolRegion>;
  /** Byte offset of the portfolio's points in the area of bars. */
  readonly portfolioOffset: number;
  /** The points that there is room for. */
  readonly portfolioPoints: number;
  /** Bytes of the area of bars. */
  readonly barArea: number;
  /** Bytes of the area of trades. Most of it is never written: the file is sparse. */
  readonly tradeArea: number;
}

/** Lays out the curves of some symbols. */
export function layOutSpool(symbols: readonly SizedSymbol[]): SpoolLayout {
  const regions = new Map<string, SpoolRegion>();
  let barOffset = 0;
  let tradeOffset = 0;
  let points = 0;
  for (const { symbol, bars } of symbols) {
    regions.set(symbol, { symbol, bars, barOffset, tradeOffset });
    barOffset += 8 * Math.ceil((barBytes * bars) / 8);
    tradeOffset += tradeBytes * bars;
    points += bars;
  }
  return {
    regions,
    portfolioOffset: barOffset,
    portfolioPoints: points,
    barArea: barOffset + pointBytes * points,
    tradeArea: tradeOffset,
  };
}
