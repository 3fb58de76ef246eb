import type { AtcConfig } from "@atc/config";
import type { Series } from "@atc/contract";
import { AtcError, nearest, throwIfAborted } from "@atc/contract";

/** Columns of one symbol as arrays that the caller owns, all of the same length. */
export interface PriceSeries {
  /** Time of each bar, in the dataset's unit. */
  readonly times: BigInt64Array;
  readonly close: Float64Array;
  /** The prices that the averages are computed from. */
  readonly source: Float64Array;
}

function assertColumn(series: Series, name: string): void {
  const names = series.columns.map((column) => column.name);
  if (names.includes(name)) return;
  throw new AtcError(
    "ATC_INVALID_DATA",
    `calculationSource is "${name}", but ${series.symbol} has the columns ${names.join(", ")}; did you mean "${nearest(name, names) ?? "close"}"?`,
  );
}

/** Moves the bars whose close and source are positive and finite to the front; returns their number. */
function compact({ times, close, source }: PriceSeries): number {
  let kept = 0;
  for (let i = 0; i < close.length; i++) {
    const price = close[i] ?? Number.NaN;
    const other = source[i] ?? Number.NaN;
    if (!(price > 0 && price < Number.POSITIVE_INFINITY && other > 0 && other < Number.POSITIVE_INFINITY)) continue;
    times[kept] = times[i] ?? 0n;
    close[kept] = price;
    source[kept] = other;
    kept++;
  }
  return kept;
}

/**
 * The last `limit` bars of a series, or all of them without a limit. If `invalidPrices` is `skip`, bars whose price is
 * missing, zero or negative are left out.
 *
 * @throws ATC_INVALID_DATA if the series does not have the calculation source; ATC_ABORTED; what the dataset throws
 */
export function readPrices(
  series: Series,
  config: Pick<AtcConfig, "calculationSource" | "invalidPrices" | "limit">,
  signal: AbortSignal | undefined,
): PriceSeries {
  const { calculationSource, invalidPrices, limit } = config;
  assertColumn(series, calculationSource);
  const from = limit === undefined ? 0 : Math.max(0, series.length - limit);
  const length = series.length - from;
  const all: PriceSeries = {
    times: new BigInt64Array(length),
    close: new Float64Array(length),
    source: new Float64Array(length),
  };
  for (const block of series.blocks({ columns: [...new Set(["timestamp", "close", calculationSource])], from })) {
    const at = block.row - from;
    all.times.set(block.times(), at);
    all.close.set(block.values("close"), at);
    all.source.set(block.values(calculationSource), at);
    throwIfAborted(signal);
  }
  const kept = invalidPrices === "skip" ? compact(all) : length;
  return {
    times: all.times.subarray(0, kept),
    close: all.close.subarray(0, kept),
    source: all.source.subarray(0, kept),
  };
}
