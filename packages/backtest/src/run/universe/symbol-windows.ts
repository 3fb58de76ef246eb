import type { BacktestConfig, Series } from "@atc/contract";
import type { PeriodRows } from "../../base/period.ts";
import { createPriceScreen, type PriceScreen } from "../../prices/price-screen.ts";
import type { ReadColumns } from "../read-columns.ts";

/** A symbol whose bars are read in windows. */
export interface WindowedSymbol {
  readonly series: Series;
  readonly columns: ReadColumns;
  readonly rows: PeriodRows;
}

/** Some consecutive bars of each symbol. Those of symbol `s` begin at element `s * length` of each array. */
export interface SymbolWindows {
  /** The most bars of a window. */
  readonly length: number;
  readonly times: BigInt64Array;
  /** Columns in the order of the names. */
  readonly columns: readonly Float64Array[];
  /** Replaces the window of a symbol by its next valid bars. Returns their number; 0 only after the last bar. */
  refill(symbol: number): number;
}

/** The most values of all windows in memory: 16 MiB. */
const mostValues = 2 ** 21;
/** The least rows of a window. */
const leastRows = 16;

/** Options of {@link createSymbolWindows}. */
export interface SymbolWindowsOptions {
  /** The names of the columns. A symbol that lacks one has NaN there. */
  readonly names: readonly string[];
  readonly policy: BacktestConfig["invalidPrices"];
  /** Values per bar that the caller keeps besides. */
  readonly besides: number;
}

/**
 * Creates windows over the valid bars of many symbols. Their memory does not depend on the number of bars. Rows are
 * read in small requests, so that any number of series can be read at once.
 */
export function createSymbolWindows(
  symbols: readonly WindowedSymbol[],
  { names, policy, besides }: SymbolWindowsOptions,
): SymbolWindows {
  const count = symbols.length;
  const longest = symbols.reduce((most, { rows }) => Math.max(most, rows.to - rows.start), 1);
  const perBar = names.length + 1 + besides;
  const length = Math.min(longest, Math.max(leastRows, Math.floor(mostValues / (count * perBar))));
  const times = new BigInt64Array(count * length);
  const columns = names.map(() => new Float64Array(count * length));
  const next = Float64Array.from(symbols, ({ rows }) => rows.start);
  const screens = symbols.map(
    ({ series: { symbol }, columns: { timeUnit, prices, others } }): PriceScreen =>
      createPriceScreen({ symbol, timeUnit, prices, others, policy }),
  );

  /** Copies the valid bars of the next rows into the window: those of one segment. Returns their number. */
  function read(symbol: number): number {
    const { series, columns: read, rows } = symbols[symbol];
    const from = next[symbol];
    const to = Math.min(rows.to, from + length);
    // Without a block, nothing is left.
    next[symbol] = to;
    const start = symbol * length;
    const wanted = ["timestamp", ...read.prices, ...read.others];
    for (const block of series.blocks({ columns: wanted, from, to, blockLength: to - from })) {
      const taken = screens[symbol].take(block, times.subarray(start, start + length));
      const found = taken["close"]?.length ?? 0;
      next[symbol] = block.row + block.length;
      for (const [place, name] of names.entries()) {
        const values = taken[name];
        if (values === undefined) columns[place].fill(Number.NaN, start, start + found);
        else columns[place].set(values as Float64Array, start);
      }
      return found;
    }
    return 0;
  }

  return {
    length,
    times,
    columns,
    refill(symbol) {
      const { to } = symbols[symbol].rows;
      while (next[symbol] < to) {
        const found = read(symbol);
        if (found > 0) return found;
      }
      return 0;
    },
  };
}
