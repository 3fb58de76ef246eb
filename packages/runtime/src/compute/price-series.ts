import { isoTime } from "@atc/backtest";
import type { AtcConfig } from "@atc/config";
import type { Series } from "@atc/contract";
import { AtcError, nearest, throwIfAborted } from "@atc/contract";

/** Columns of one symbol, all of the same length. */
export interface PriceSeries {
  /** Time of each bar, in the dataset's unit. */
  readonly times: BigInt64Array;
  readonly close: Float64Array;
  /** The prices that the averages are computed from. */
  readonly source: Float64Array;
}

/** The rows to read: `start` inclusive, `to` exclusive. */
interface RowSpan {
  readonly start: number;
  readonly to: number;
}

type PriceChoice = Pick<AtcConfig, "calculationSource" | "invalidPrices">;

/** The most rows of a block. */
const blockRows = 16_384;

function assertColumn(series: Series, name: string): void {
  const names = series.columns.map((column) => column.name);
  if (names.includes(name)) return;
  throw new AtcError(
    "ATC_INVALID_DATA",
    `calculationSource is "${name}", but ${series.symbol} has the columns ${names.join(", ")}; did you mean "${nearest(name, names) ?? "close"}"?`,
  );
}

function isValid(price: number, other: number): boolean {
  return price > 0 && price < Number.POSITIVE_INFINITY && other > 0 && other < Number.POSITIVE_INFINITY;
}

function assertValid({ symbol, columns: [time] }: Series, { times, close, source }: PriceSeries, row: number): void {
  for (let i = 0; i < close.length; i++) {
    const price = close[i] ?? Number.NaN;
    const other = source[i] ?? Number.NaN;
    if (isValid(price, other)) continue;
    const at = isoTime(times[i] ?? 0n, time?.type === "timestamp[ns]" ? "ns" : "ms");
    const bad = isValid(price, price) ? other : price;
    throw new AtcError(
      "ATC_INVALID_DATA",
      `symbol "${symbol}", bar ${row + i} (${at}): a price is "${bad}", but prices must be finite and above 0; correct the data, or leave such bars out with --invalid-prices skip`,
      { details: { symbol, bar: row + i, time: at, value: String(bad) } },
    );
  }
}

/** Moves the bars whose close and source are positive and finite to the front; returns their number. */
function compact({ times, close, source }: PriceSeries): number {
  let kept = 0;
  for (let i = 0; i < close.length; i++) {
    const price = close[i] ?? Number.NaN;
    const other = source[i] ?? Number.NaN;
    if (!isValid(price, other)) continue;
    times[kept] = times[i] ?? 0n;
    close[kept] = price;
    source[kept] = other;
    kept++;
  }
  return kept;
}

function allocate(length: number): PriceSeries {
  return { times: new BigInt64Array(length), close: new Float64Array(length), source: new Float64Array(length) };
}

function partOf({ times, close, source }: PriceSeries, from: number, to: number): PriceSeries {
  return { times: times.subarray(from, to), close: close.subarray(from, to), source: source.subarray(from, to) };
}

/**
 * The prices of some rows, block by block; the arrays are reused for the next block. If `invalidPrices` is `skip`, bars
 * whose price is missing, zero or negative are left out, so that a block may be empty.
 *
 * @throws ATC_INVALID_DATA if the series does not have the calculation source, or for an invalid price under another
 * policy; what the dataset throws
 */
export function* priceBlocks(
  series: Series,
  { calculationSource, invalidPrices }: PriceChoice,
  { start, to }: RowSpan,
): Generator<PriceSeries, void, void> {
  assertColumn(series, calculationSource);
  if (start >= to) return;
  const columns = [...new Set(["timestamp", "close", calculationSource])];
  const memory = allocate(Math.min(to - start, blockRows));
  for (const block of series.blocks({ columns, from: start, to, blockLength: blockRows })) {
    const all = partOf(memory, 0, block.length);
    all.times.set(block.times());
    all.close.set(block.values("close"));
    all.source.set(block.values(calculationSource));
    if (invalidPrices !== "skip") assertValid(series, all, block.row);
    yield invalidPrices === "skip" ? partOf(all, 0, compact(all)) : all;
  }
}

/**
 * The prices of some rows, in arrays that the caller owns. If `invalidPrices` is `skip`, bars whose price is missing,
 * zero or negative are left out.
 *
 * @throws ATC_INVALID_DATA if the series does not have the calculation source, or for an invalid price under another
 * policy; ATC_ABORTED; what the dataset throws
 */
export function readPrices(
  series: Series,
  config: PriceChoice,
  rows: RowSpan,
  signal: AbortSignal | undefined,
): PriceSeries {
  const all = allocate(rows.to - rows.start);
  let kept = 0;
  for (const { times, close, source } of priceBlocks(series, config, rows)) {
    all.times.set(times, kept);
    all.close.set(close, kept);
    all.source.set(source, kept);
    kept += times.length;
    throwIfAborted(signal);
  }
  return partOf(all, 0, kept);
}
