import { outsidePeriod, type Period, periodRows } from "@atc/backtest";
import type { AtcError, Dataset, Series } from "@atc/contract";

/** The columns of one symbol in memory, from the first row that signals see to the end of the period. */
export interface LaneColumns {
  /** The place of the symbol among those of the unit. */
  readonly place: number;
  readonly times: BigInt64Array;
  /** The columns by name; all prices are finite and above 0. */
  readonly columns: Readonly<Record<string, Float64Array>>;
  /** The first row of the account: that before the period, if there is one. */
  readonly first: number;
}

/** A symbol without a row in the period. */
export interface AbsentSymbol {
  readonly symbol: string;
  readonly fault: AtcError;
}

/** Options of {@link readLaneColumns}. */
export interface LaneColumnsOptions {
  readonly symbols: readonly string[];
  /** The columns besides times. */
  readonly names: readonly string[];
  readonly limit: number | undefined;
  readonly period: Period | undefined;
}

/** The most rows of all symbols: 8 bytes each per column. */
const mostRows = 4_000_000;

function isValid(values: Float64Array): boolean {
  for (const value of values) if (!(value > 0 && value < Number.POSITIVE_INFINITY)) return false;
  return true;
}

function readSeries(
  series: Series,
  names: readonly string[],
  from: number,
  to: number,
): Omit<LaneColumns, "place" | "first"> {
  const length = to - from;
  const times = new BigInt64Array(length);
  const columns = Object.fromEntries(names.map((name) => [name, new Float64Array(length)]));
  for (const block of series.blocks({ columns: ["timestamp", ...names], from, to })) {
    times.set(block.times(), block.row - from);
    for (const name of names) columns[name]?.set(block.values(name), block.row - from);
  }
  return { times, columns };
}

/**
 * Reads columns of all symbols; undefined if lanes cannot use them, because there are ticks, invalid prices, missing
 * columns or too many rows.
 */
export function readLaneColumns(
  dataset: Dataset,
  { symbols, names, limit, period }: LaneColumnsOptions,
): { readonly present: readonly LaneColumns[]; readonly absent: readonly AbsentSymbol[] } | undefined {
  const present: LaneColumns[] = [];
  const absent: AbsentSymbol[] = [];
  let rows = 0;
  for (const [place, symbol] of symbols.entries()) {
    const series = dataset.series(symbol);
    if (series.columns[0]?.type !== "timestamp[ms]") return undefined;
    if (names.some((name) => !series.columns.some((column) => column.name === name))) return undefined;
    const { start, from, to } = periodRows(series, { limit, period });
    rows += to - start;
    if (rows > mostRows) return undefined;
    if (from >= to) {
      absent.push({ symbol, fault: outsidePeriod(series, { limit, period }) });
      continue;
    }
    const read = readSeries(series, names, start, to);
    if (!Object.values(read.columns).every(isValid)) return undefined;
    present.push({ place, ...read, first: Math.max(0, from - start - 1) });
  }
  return present.length === 0 ? undefined : { present, absent };
}
