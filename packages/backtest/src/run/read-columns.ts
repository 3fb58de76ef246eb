import type { BacktestConfig, ReadonlyTypedArray, Series } from "@atc/contract";
import type { TimeUnit } from "../base/calendar.ts";
import { neededColumns } from "../decisions/needed-columns.ts";
import type { StrategyDescription } from "../strategy/strategy-description.ts";

/** The columns that a run reads of a series. */
export interface ReadColumns {
  readonly timeUnit: TimeUnit;
  /** Prices that must be valid in every bar; `close` is one of them. */
  readonly prices: readonly string[];
  /** Prices that only the excursions of trades read: an invalid one counts as missing in its bar. */
  readonly excursions: readonly string[];
  /** What the strategy reads besides prices. */
  readonly others: readonly string[];
  /** Whether the strategy reads the times. */
  readonly times: boolean;
  /** The volume, if metrics read it and the series has it. */
  readonly volume: readonly "volume"[];
}

/** Columns of a block by name. */
type Columns = Readonly<Record<string, ReadonlyTypedArray<number> | undefined>>;

/** The prices of an account's rows. Ticks have only closes. */
export interface RowPrices {
  readonly close: ReadonlyTypedArray<number>;
  readonly open?: ReadonlyTypedArray<number>;
  readonly high?: ReadonlyTypedArray<number>;
  readonly low?: ReadonlyTypedArray<number>;
}

/** The unit of a series' times. */
export function timeUnitOf({ columns }: Series): TimeUnit {
  return columns.some(({ type }) => type === "timestamp[ns]") ? "ns" : "ms";
}

/**
 * Chooses the columns to read.
 *
 * @throws ATC_INVALID_CONFIG if a key needs a column that the series lacks; ATC_INVALID_DATA if the strategy does
 */
export function readColumns(
  series: Series,
  strategy: StrategyDescription,
  config: BacktestConfig,
  readsVolume = false,
): ReadColumns {
  const hasVolume = series.columns.some(({ name, type }) => name === "volume" && type !== "int64");
  const volume: ReadColumns["volume"] = readsVolume && hasVolume ? ["volume"] : [];
  const timeUnit = timeUnitOf(series);
  const { prices, others, times = false } = neededColumns(config, strategy, series);
  if (timeUnit === "ns") return { timeUnit, prices, excursions: [], others, times, volume };
  const all = neededColumns(config, strategy, series, { excursions: true }).prices;
  const needed = new Set<string>(prices);
  return { timeUnit, prices, excursions: all.filter((name) => !needed.has(name)), others, times, volume };
}

/** The columns of a run without a strategy, which was computed before. */
export function priceColumns(columns: ReadColumns): ReadColumns {
  return { ...columns, others: [], times: false };
}

function isValid(price: number): boolean {
  return price > 0 && price < Number.POSITIVE_INFINITY;
}

/** A column whose invalid prices are replaced by `otherwise`; the column itself if there are none. */
function repaired(
  values: ReadonlyTypedArray<number> | undefined,
  otherwise: (row: number) => number,
): ReadonlyTypedArray<number> | undefined {
  if (values === undefined) return undefined;
  const { length } = values;
  let row = 0;
  while (row < length && isValid(values[row])) row++;
  if (row === length) return values;
  return Float64Array.from({ length }, (_, i) => (isValid(values[i]) ? values[i] : otherwise(i)));
}

/** The prices of a block as an account reads them. */
export function rowPrices(columns: Columns, { prices, excursions, timeUnit }: ReadColumns): RowPrices {
  const close = columns["close"] as ReadonlyTypedArray<number>;
  if (timeUnit === "ns") return { close };
  const read = new Set([...prices, ...excursions]);
  const columnOf = (name: string): ReadonlyTypedArray<number> | undefined =>
    read.has(name) ? columns[name] : undefined;
  const open = repaired(columnOf("open"), (row) => close[row]);
  const high = repaired(columnOf("high"), (row) => Math.max(close[row], open === undefined ? 0 : open[row]));
  const low = repaired(columnOf("low"), (row) => Math.min(close[row], open === undefined ? close[row] : open[row]));
  return {
    close,
    ...(open === undefined ? {} : { open }),
    ...(high === undefined ? {} : { high }),
    ...(low === undefined ? {} : { low }),
  };
}
