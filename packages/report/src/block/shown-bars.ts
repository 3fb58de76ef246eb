import type { ReportBars, ReportData } from "../data/report-data.ts";
import { figureOf } from "../data/report-result.ts";
import { addCandles } from "./bar-arrays.ts";
import { type BarsEntry, sparkPoints } from "./block-format.ts";
import type { BlockMembers } from "./block-members.ts";
import { coarserBars } from "./coarser-bars.ts";
import { type CollectedBars, collectBars } from "./collect-bars.ts";
import { bucketBits } from "./collect-curve.ts";

/** The most symbols whose prices are in a report. */
const mostSymbols = 300;
/** The most candles of one of many symbols. */
const mostOfMany = 8192;
const fewSymbols = 8;

/** The bars that a block can show. */
export interface CollectedPrices {
  /** Number of symbols of the result. */
  readonly symbols: number;
  /** In the order in which they are kept. */
  readonly bars: readonly CollectedBars[];
  /** The sparkline of every symbol that has bars. */
  readonly sparks: ReadonlyMap<string, Uint8Array>;
}

/** What is in the data block of the bars of all symbols. */
export interface ShownBars {
  readonly bars: readonly BarsEntry[];
  readonly sparks: readonly string[];
}

/**
 * The symbols in the order in which their prices are kept: all in their own order if they are few, else the best, the
 * worst and the most traded in turn.
 */
function orderedSymbols({ result }: ReportData): readonly string[] {
  const { symbols, contributions = [] } = result;
  const all = symbols.length > 0 ? symbols : contributions;
  if (all.length <= mostSymbols) return all.map(({ symbol }) => symbol);
  const by = (name: string, sign: number): readonly string[] =>
    all
      .toSorted(
        (a, b) =>
          sign * ((figureOf(b, name) ?? Number.NEGATIVE_INFINITY) - (figureOf(a, name) ?? Number.NEGATIVE_INFINITY)),
      )
      .map(({ symbol }) => symbol);
  const measure = symbols.length > 0 ? "totalReturn" : "profit";
  const orders = [by(measure, 1), by(measure, -1), by("trades", 1)];
  const chosen = new Set<string>();
  for (let i = 0; chosen.size < mostSymbols && i < all.length; i++)
    for (const order of orders) {
      const symbol = order[i];
      if (symbol !== undefined && chosen.size < mostSymbols) chosen.add(symbol);
    }
  return [...chosen, ...all.map(({ symbol }) => symbol).filter((symbol) => !chosen.has(symbol))];
}

/** The most candles of a symbol. */
function mostCandles(candles: number, symbols: number): number {
  return symbols <= fewSymbols ? Math.max(1024, Math.floor(candles / symbols)) : mostOfMany;
}

/** The bits of the candles of a symbol: none if its bars fit. */
function bitsOf({ length }: ReportBars, rows: number, most: number): number {
  return length <= most ? 0 : bucketBits(rows, most);
}

/** Whether another symbol with `more` candles has room. */
function hasRoom(bars: readonly CollectedBars[], kept: number, more: number, candles: number): boolean {
  return bars.length === 0 || (bars.length < mostSymbols && kept + more <= candles);
}

/** Reads the bars of all symbols once, and keeps candles of those that fit. One symbol is read at a time. */
export function collectPrices(data: ReportData, candles: number): CollectedPrices {
  const { curve, bars: barsOf } = data;
  const ordered = curve === undefined || barsOf === undefined ? [] : orderedSymbols(data);
  const most = mostCandles(candles, ordered.length);
  const bars: CollectedBars[] = [];
  const sparks = new Map<string, Uint8Array>();
  let kept = 0;
  for (const symbol of ordered) {
    const source = barsOf?.(symbol);
    if (source === undefined || source.length === 0) continue;
    const collected = collectBars(source, bitsOf(source, curve?.length ?? 0, most));
    if (collected.rows.length === 0) continue;
    sparks.set(symbol, collected.spark);
    if (!hasRoom(bars, kept, collected.rows.length, candles)) continue;
    kept += collected.rows.length;
    bars.push(collected);
  }
  return { symbols: ordered.length, bars, sparks };
}

/** The same prices in at most `candles` candles: coarser ones if the symbols are few, else fewer symbols. */
export function thinnedPrices(prices: CollectedPrices, candles: number): readonly CollectedBars[] {
  const most = mostCandles(candles, prices.symbols);
  const bars: CollectedBars[] = [];
  let kept = 0;
  for (let one of prices.bars) {
    while (prices.symbols <= fewSymbols && one.rows.length > most) one = coarserBars(one);
    if (!hasRoom(bars, kept, one.rows.length, candles)) continue;
    kept += one.rows.length;
    bars.push(one);
  }
  return bars;
}

/** Adds candles, single bars of some of them, and the sparkline of every symbol. */
export function addShownBars(
  members: BlockMembers,
  bars: readonly CollectedBars[],
  { sparks, singles }: Pick<CollectedPrices, "sparks"> & { readonly singles: readonly (CollectedBars | undefined)[] },
): ShownBars {
  const entries = bars.map((one, index): BarsEntry => {
    const { symbol, bits } = one;
    const place = `bars/${index}`;
    const entry = { symbol, index, bars: 2 ** bits, ...addCandles(members, one, place) };
    const single = singles[index];
    return single === undefined ? entry : { ...entry, single: addCandles(members, single, `${place}/single`) };
  });
  const names = [...sparks.keys()].sort((a, b) => (a < b ? -1 : 1));
  const values = new Uint8Array(names.length * sparkPoints);
  for (const [i, name] of names.entries()) values.set(sparks.get(name) ?? [], i * sparkPoints);
  if (names.length > 0) members.add("sparks", { entry: { n: values.length, enc: "raw", scale: 1 }, values });
  return { bars: entries.sort((a, b) => (a.symbol < b.symbol ? -1 : 1)), sparks: names };
}
