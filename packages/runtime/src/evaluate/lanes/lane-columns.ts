import { outsidePeriod, type Period, periodRows } from "@atc/backtest";
import type { AtcError, Dataset, Series } from "@atc/contract";

/** The columns of one symbol in memory, from the first row that signals see to the end of the period. */
export interface LaneColumns {
  /** The place of the symbol among those of the unit. */
  readonly place: number;
  readonly times: BigInt64Array;
  /** The columns by name. */
  readonly columns: Readonly<Record<string, Float64Array>>;
  /** The blocks in which a backtest reads the rows: from `from`, inclusive, to `to`, exclusive. */
  readonly blocks: readonly { readonly from: number; readonly to: number }[];
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
  /** The columns whose values must be prices. */
  readonly prices: readonly string[];
  /** Further columns. */
  readonly others: readonly string[];
  readonly limit: number | undefined;
  readonly period: Period | undefined;
}

/** The most rows of all symbols: 8 bytes each per column. */
const mostRows = 4_000_000;

function isValid(values: Float64Array): boolean {
  // An iterator would allocate every number until the loop is compiled.
  for (let i = 0; i < values.length; i++) {
    const value = values[i] as number;
    if (!(value > 0 && value < Number.POSITIVE_INFINITY)) return false;
  }
  return true;
}

/** The most rows of a block of a backtest. */
const blockLength = 32_768;

/** Reads rows in the blocks of a backtest, which divides them at the start of the period. */
function readSeries(
  series: Series,
  names: readonly string[],
  { start, from, to }: { readonly start: number; readonly from: number; readonly to: number },
): Omit<LaneColumns, "place" | "first"> {
  const length = to - start;
  const times = new BigInt64Array(length);
  const columns = Object.fromEntries(names.map((name) => [name, new Float64Array(length)]));
  const blocks: { readonly from: number; readonly to: number }[] = [];
  for (const [first, end] of [
    [start, from],
    [from, to],
  ] as const) {
    if (first >= end) continue;
    const rows = { columns: ["timestamp", ...names], from: first, to: end, blockLength };
    for (const block of series.blocks(rows)) {
      const at = block.row - start;
      times.set(block.times(), at);
      for (const name of names) columns[name]?.set(block.values(name), at);
      blocks.push({ from: at, to: at + block.length });
    }
  }
  return { times, columns, blocks };
}

/**
 * Reads columns of all symbols; undefined if lanes cannot use them, because there are ticks, invalid prices, missing
 * columns or too many rows.
 */
export function readLaneColumns(
  dataset: Dataset,
  { symbols, prices, others, limit, period }: LaneColumnsOptions,
): { readonly present: readonly LaneColumns[]; readonly absent: readonly AbsentSymbol[] } | undefined {
  const names = [...new Set([...prices, ...others])];
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
    const read = readSeries(series, names, { start, from, to });
    if (!prices.every((name) => isValid(read.columns[name] as Float64Array))) return undefined;
    present.push({ place, ...read, first: Math.max(0, from - start - 1) });
  }
  return present.length === 0 ? undefined : { present, absent };
}
