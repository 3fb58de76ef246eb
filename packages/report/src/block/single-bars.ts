import type { ReportBars, ReportData } from "../data/report-data.ts";
import type { CollectedBars } from "./collect-bars.ts";
import type { KeptTrades } from "./trade-arrays.ts";

/** Bars at the end that are kept one by one, of all symbols together. */
const lastBars = 2000;

/** Single bars of one symbol, with the rank of the candle of each: those of lower ranks are kept first. */
interface RankedBars {
  readonly bars: CollectedBars;
  readonly ranks: Int32Array;
}

/** Single bars in the order in which they are kept: those of whole candles. */
export interface SingleBars {
  /** Number of bars. */
  readonly length: number;
  /** The bars of the candles that come first, at most `most`; undefined for a symbol without any. */
  first(most: number): readonly (CollectedBars | undefined)[];
}

/** The symbols' candles that are kept as single bars, in order. */
interface RankedCandles {
  /** By symbol: the rank of each candle by its bucket. */
  readonly ranks: readonly Map<number, number>[];
}

/** The candle of a row, and the one beside it that is nearer to the row. */
function candlesAround(row: number, bits: number): readonly number[] {
  const candle = row >>> bits;
  const size = 2 ** bits;
  return [candle, row - candle * size < size / 2 ? candle - 1 : candle + 1];
}

/** Ranks the last candles, then those of the fills of the trades, the largest profits and losses first. */
function rankCandles(shown: readonly CollectedBars[], trades: KeptTrades | undefined, most: number): RankedCandles {
  const ranks = shown.map(() => new Map<number, number>());
  let rank = 0;
  let bars = 0;
  const add = (place: number, candle: number): void => {
    const own = ranks[place];
    if (own.has(candle) || candle < 0) return;
    own.set(candle, rank++);
    bars += 2 ** shown[place].bits;
  };
  const coarse = shown.flatMap(({ bits }, place) => (bits > 0 ? [place] : []));
  for (const place of coarse) {
    const { rows, bits } = shown[place];
    const count = Math.ceil(lastBars / coarse.length / 2 ** bits);
    for (const candle of rows.slice(-count).reverse()) add(place, candle);
  }
  if (trades === undefined) return { ranks };
  const { symbol, profit, entryRow, exitRow } = trades.columns;
  const places = trades.all.symbols.map((name) => shown.findIndex((one) => one.symbol === name && one.bits > 0));
  const order = Array.from(profit, (_, i) => i).sort((a, b) => Math.abs(profit[b]) - Math.abs(profit[a]) || a - b);
  for (const trade of order) {
    if (bars >= most) break;
    const place = places[symbol[trade]];
    if (place === undefined || place < 0) continue;
    for (const row of [entryRow[trade], exitRow[trade]])
      for (const candle of candlesAround(row, shown[place].bits)) add(place, candle);
  }
  return { ranks };
}

/** Reads the bars of some candles of a symbol. */
function readRanked(
  source: ReportBars,
  { symbol, bits, hasRange, signal: kept, spark }: CollectedBars,
  ranks: Map<number, number>,
): RankedBars {
  const room = ranks.size * 2 ** bits;
  const columns = Array.from({ length: 6 }, () => new Float64Array(room));
  const [rows, open, high, low, close, signals] = columns;
  const barRanks = new Int32Array(room);
  let count = 0;
  let candle = -1;
  let rank: number | undefined;
  for (const { length, row, range, close: closes, signal } of source.blocks())
    for (let i = 0; i < length; i++) {
      const bucket = row[i] >>> bits;
      if (bucket !== candle) {
        candle = bucket;
        rank = ranks.get(bucket);
      }
      if (rank === undefined || count === room) continue;
      rows[count] = row[i];
      close[count] = closes[i];
      open[count] = range === undefined ? closes[i] : range.open[i];
      high[count] = range === undefined ? closes[i] : range.high[i];
      low[count] = range === undefined ? closes[i] : range.low[i];
      if (signal !== undefined) signals[count] = signal[i];
      barRanks[count++] = rank;
    }
  const [r, o, h, l, c, given] = columns.map((values) => values.subarray(0, count));
  return {
    bars: {
      symbol,
      bits: 0,
      rows: r,
      open: o,
      high: h,
      low: l,
      close: c,
      hasRange,
      signal: kept && { close: given, low: given, high: given },
      spark,
    },
    ranks: barRanks.subarray(0, count),
  };
}

/** The bars whose rank is below `end`. */
function rankedBelow({ bars, ranks }: RankedBars, end: number): CollectedBars | undefined {
  const chosen = ranks.reduce((count, rank) => count + (rank < end ? 1 : 0), 0);
  if (chosen === 0) return undefined;
  const part = (values: Float64Array): Float64Array => {
    const kept = new Float64Array(chosen);
    let count = 0;
    for (let i = 0; i < values.length; i++) if (ranks[i] < end) kept[count++] = values[i];
    return kept;
  };
  const { rows, open, high, low, close, signal } = bars;
  const signals = signal && part(signal.close);
  return {
    ...bars,
    rows: part(rows),
    open: part(open),
    high: part(high),
    low: part(low),
    close: part(close),
    signal: signals && { close: signals, low: signals, high: signals },
  };
}

/**
 * Reads single bars of the symbols whose candles are of several bars: the last ones, and those around the fills of the
 * trades, at most about `most`. Undefined if no candle is of several bars.
 */
export function singleBars(
  { bars: barsOf }: ReportData,
  shown: readonly CollectedBars[],
  trades: KeptTrades | undefined,
  most: number,
): SingleBars | undefined {
  if (barsOf === undefined || shown.every(({ bits }) => bits === 0)) return undefined;
  const { ranks } = rankCandles(shown, trades, most);
  const ranked = shown.map((one, place): RankedBars | undefined => {
    const source = ranks[place].size > 0 ? barsOf(one.symbol) : undefined;
    return source && readRanked(source, one, ranks[place]);
  });
  const counts = new Int32Array(ranks.reduce((sum, { size }) => sum + size, 0));
  for (const one of ranked) for (const rank of one?.ranks ?? []) counts[rank]++;
  return {
    length: counts.reduce((sum, count) => sum + count, 0),
    first(limit) {
      let end = 0;
      for (let bars = 0; end < counts.length && bars + counts[end] <= limit; end++) bars += counts[end];
      return ranked.map((one) => one && rankedBelow(one, end));
    },
  };
}
