import { AtcError, type StrategyBars, type StrategyValues, type UniverseStrategy } from "@atc/contract";
import { seededRandom } from "../base/sample-bytes.ts";
import { type Columns, columnsFor, madeBars, withOtherFuture } from "./strategy-bars.ts";

/** The bars of one time. */
export interface MarketTime {
  /** In ms since the epoch, UTC. */
  readonly time: number;
  /** The row of each symbol that has a bar, by place of the symbol. */
  readonly rows: ReadonlyMap<number, number>;
}

/** The bars of many symbols. */
export interface Market {
  /** Sorted by UTF-16 code unit. */
  readonly symbols: readonly string[];
  /** The columns of each symbol, with `timestamp`. */
  readonly columns: readonly Columns[];
  readonly times: readonly MarketTime[];
}

/** Bars of 12 symbols, the same in every run. Two are equal, two begin later, two end earlier, and all lack some. */
export function madeUniverse(hours: number): Readonly<Record<string, StrategyBars>> {
  const next = seededRandom(29);
  const entries = Array.from({ length: 12 }, (_, i) => {
    const bars = madeBars(hours, i < 2 ? 17 : 17 + i) as unknown as Readonly<Record<string, Float64Array>>;
    const from = i === 3 || i === 8 ? Math.floor(hours / 4) : 0;
    const to = i === 5 || i === 8 ? Math.floor((3 * hours) / 4) : hours;
    const rows = Array.from({ length: to - from }, (_, row) => from + row).filter(() => next() % 20 > 0);
    const kept = Object.entries(bars).map(([name, values]) => [
      name,
      Float64Array.from(rows, (row) => values[row] ?? 0),
    ]);
    return [`S${String(i).padStart(2, "0")}`, Object.fromEntries(kept) as StrategyBars] as const;
  });
  return Object.fromEntries(entries);
}

/** Merges the bars of symbols by time. */
function merged(symbols: readonly string[], columns: readonly Columns[]): Market {
  const byTime = new Map<number, Map<number, number>>();
  for (const [place, own] of columns.entries())
    for (const [row, time] of (own.get("timestamp") ?? new Float64Array()).entries()) {
      const rows = byTime.get(time) ?? new Map<number, number>();
      rows.set(place, row);
      byTime.set(time, rows);
    }
  const times = [...byTime].map(([time, rows]) => ({ time, rows })).sort((a, b) => a.time - b.time);
  return { symbols, columns, times };
}

function byCodeUnit(a: string, b: string): number {
  return a < b ? -1 : 1;
}

/**
 * The columns that a strategy requests of each symbol.
 *
 * @throws ATC_INVALID_ARGUMENT for a missing column, or fewer than 2 symbols or 100 times
 */
export function marketFor(
  strategy: UniverseStrategy,
  values: StrategyValues,
  bars: Readonly<Record<string, StrategyBars>>,
  optional: readonly string[],
): Market {
  const symbols = Object.keys(bars).sort(byCodeUnit);
  const timed = { ...strategy, columns: [...requested(strategy, values), "timestamp"] };
  const columns = symbols.map((symbol) => columnsFor(timed, values, bars[symbol] as StrategyBars, optional));
  const market = merged(symbols, columns);
  const { length } = market.times;
  if (symbols.length >= 2 && length >= 100) return market;
  throw new AtcError(
    "ATC_INVALID_ARGUMENT",
    `strategyCases got ${symbols.length} symbols at ${length} times; give at least 2 symbols at 100 times`,
    { details: { symbols: symbols.length, times: length } },
  );
}

function requested({ columns = [] }: UniverseStrategy, values: StrategyValues): readonly string[] {
  return typeof columns === "function" ? columns(values) : columns;
}

/** The bars of the first `count` times. Symbols without a bar in them are missing. */
export function endedMarket(market: Market, count: number): Market {
  const until = market.times[count]?.time ?? Number.POSITIVE_INFINITY;
  const kept = market.symbols.flatMap((symbol, place) => {
    const columns = market.columns[place] as Columns;
    const rows = rowsBefore(columns, until);
    if (rows === 0) return [];
    return [[symbol, new Map([...columns].map(([name, values]) => [name, values.slice(0, rows)]))] as const];
  });
  return merged(
    kept.map(([symbol]) => symbol),
    kept.map(([, columns]) => columns),
  );
}

/** The same bars in the first `count` times, and then other prices. Every third symbol has no bars there. */
export function otherFuture(market: Market, count: number): Market {
  const until = market.times[count]?.time ?? Number.POSITIVE_INFINITY;
  const columns = market.columns.map((own, place) => {
    const rows = rowsBefore(own, until);
    if (place % 3 !== 1) return withOtherFuture(own, rows);
    return new Map([...own].map(([name, values]) => [name, values.slice(0, rows)]));
  });
  return merged(market.symbols, columns);
}

/** The same bars, among more symbols that never have one. */
export function withEmptySymbols({ symbols, columns }: Market): Market {
  const empty = ["!", `${symbols[0]}~`, "~"].map((symbol) => [symbol, new Map<string, Float64Array>()] as const);
  const all = [...symbols.map((symbol, i) => [symbol, columns[i] as Columns] as const), ...empty];
  all.sort(([a], [b]) => byCodeUnit(a, b));
  return merged(
    all.map(([symbol]) => symbol),
    all.map(([, own]) => own),
  );
}

function rowsBefore(columns: Columns, time: number): number {
  const found = columns.get("timestamp")?.findIndex((one) => one >= time) ?? -1;
  return found < 0 ? (columns.get("timestamp")?.length ?? 0) : found;
}
