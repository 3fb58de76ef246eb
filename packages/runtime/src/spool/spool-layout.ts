import { type CurveContent, mostFillsPerBar } from "@atc/backtest";

/** The place of the curves of one symbol in the two areas of a spool. */
export interface SpoolRegion {
  readonly symbol: string;
  /** Capacity in bars, and in trades: a bar opens at most one trade. */
  readonly bars: number;
  /** Byte offset in the area of bars: times, then equities, then the requested columns, then directions. */
  readonly barOffset: number;
  /** Byte offset in the area of trades. */
  readonly tradeOffset: number;
  /** Byte offset of the fills in the area of trades. */
  readonly fillOffset: number;
}

/** A symbol and the most bars that it can have. */
export interface SizedSymbol {
  readonly symbol: string;
  readonly bars: number;
}

/** Bytes per trade: twelve slots of 8 bytes. */
export const tradeBytes = 96;

/** Bytes per fill: six numbers of 8 bytes. */
export const fillBytes = 48;

/** Bytes per bar: time, equity, the requested columns, and direction. */
export function barBytes({ columns = [] }: CurveContent): number {
  return 17 + 8 * columns.length;
}

/** Bytes per point of the portfolio's curve: time and equity. */
export const pointBytes = 16;

/** The places of all curves in a spool. They follow from the symbols alone, so threads can write concurrently. */
export interface SpoolLayout {
  readonly regions: ReadonlyMap<string, SpoolRegion>;
  /** Byte offset of the points of the portfolio in the area of bars. */
  readonly portfolioOffset: number;
  /** Capacity in points of the portfolio. */
  readonly portfolioPoints: number;
  /** Bytes of the area of bars. */
  readonly barArea: number;
  /** Bytes of the area of trades. Most of them are never written: the file is sparse. */
  readonly tradeArea: number;
}

export function layOutSpool(symbols: readonly SizedSymbol[], content: CurveContent): SpoolLayout {
  const regions = new Map<string, SpoolRegion>();
  const bytes = barBytes(content);
  let barOffset = 0;
  let tradeOffset = 0;
  let points = 0;
  for (const { symbol, bars } of symbols) {
    const fillOffset = tradeOffset + tradeBytes * bars;
    regions.set(symbol, { symbol, bars, barOffset, tradeOffset, fillOffset });
    barOffset += 8 * Math.ceil((bytes * bars) / 8);
    tradeOffset = fillOffset + (content.fills === true ? fillBytes * mostFillsPerBar * bars : 0);
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
