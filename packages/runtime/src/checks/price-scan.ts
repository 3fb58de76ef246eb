import { isoTime } from "@atc/backtest";
import type { BlocksOptions, Dataset, OperationOptions, ReadonlyTypedArray, Series } from "@atc/contract";
import { aliasForm, createPacer, quotedPrices } from "@atc/plugin-kit";

/** A run of bars with equal closes. */
interface StaleRun {
  readonly symbol: string;
  /** The time of its first bar, ISO 8601. */
  readonly time: string;
  readonly bars: number;
}

/** A row whose bid is above its ask. */
interface CrossedQuote {
  readonly symbol: string;
  /** ISO 8601. */
  readonly time: string;
  readonly bid: number;
  readonly ask: number;
}

/** What a reading of prices found that the report of an ingest does not have. */
export interface PriceScan {
  /** Bars in runs of at least {@link leastStaleBars} equal closes. */
  readonly staleBars: number;
  /** The longest such run. */
  readonly longestRun: StaleRun | undefined;
  /** Rows whose bid is above their ask. */
  readonly crossedQuotes: number;
  /** The first of them. */
  readonly firstCrossed: CrossedQuote | undefined;
}

/** Equal closes of bars from this number on count as a stale price. */
export const leastStaleBars = 10;

type Numbers = ReadonlyTypedArray<number>;

/** The columns of a bid and an ask of the same price. */
interface QuoteColumns {
  readonly bid: string;
  readonly ask: string;
}

function quoteColumns(names: readonly string[]): readonly QuoteColumns[] {
  const found = quotedPrices(names.map((name) => aliasForm(name)))?.prices ?? [];
  return found.map(({ bid, ask }) => ({ bid: names[bid] as string, ask: names[ask] as string }));
}

/** Follows equal closes over blocks. */
function createRuns(): {
  push(close: Numbers, row: number): void;
  finish(): { readonly bars: number; readonly longest: number; readonly row: number };
} {
  let last = Number.NaN;
  let length = 0;
  let start = 0;
  let bars = 0;
  let longest = 0;
  let longestRow = 0;
  function end(): void {
    if (length >= leastStaleBars) bars += length;
    if (length >= leastStaleBars && length > longest) {
      longest = length;
      longestRow = start;
    }
  }
  return {
    push(close, row) {
      for (let i = 0; i < close.length; i++) {
        const price = close[i] as number;
        if (price === last) {
          length++;
          continue;
        }
        end();
        last = price;
        length = 1;
        start = row + i;
      }
    },
    finish() {
      end();
      return { bars, longest, row: longestRow };
    },
  };
}

function timeOfRow(series: Series, row: number): string {
  const unit = series.columns[0]?.type === "timestamp[ns]" ? "ns" : "ms";
  for (const block of series.blocks({ columns: ["timestamp"], from: row, to: row + 1 }))
    return isoTime(block.times()[0] ?? 0n, unit);
  throw new RangeError(`row ${row} of ${series.length}`);
}

/** Rows of a block: few milliseconds of work between two pauses. */
const blockLength = 65_536;

/** Reads the closes of bars, and bids and asks if the data has them, of some symbols. */
export async function scanPrices(
  dataset: Dataset,
  symbols: readonly string[],
  { signal, onProgress }: OperationOptions,
): Promise<PriceScan> {
  const pacer = createPacer({ signal, onProgress });
  const total = symbols.reduce((sum, symbol) => sum + dataset.series(symbol).length, 0);
  let done = 0;
  let staleBars = 0;
  let longestRun: StaleRun | undefined;
  let crossedQuotes = 0;
  let firstCrossed: CrossedQuote | undefined;
  for (const symbol of symbols) {
    const series = dataset.series(symbol);
    const names = series.columns.map(({ name }) => name);
    const isBars = series.columns[0]?.type !== "timestamp[ns]" && names.includes("close");
    const quotes = quoteColumns(names);
    const runs = createRuns();
    const columns = [...(isBars ? ["close"] : []), ...quotes.flatMap(({ bid, ask }) => [bid, ask])];
    const span: BlocksOptions = { columns: [...new Set(columns)], blockLength };
    for (const block of columns.length === 0 ? [] : series.blocks(span)) {
      if (isBars) runs.push(block.values("close"), block.row);
      for (const { bid, ask } of quotes) {
        const bids = block.values(bid);
        const asks = block.values(ask);
        for (let i = 0; i < block.length; i++) {
          const lower = bids[i] as number;
          const upper = asks[i] as number;
          if (!(lower > upper)) continue;
          crossedQuotes++;
          firstCrossed ??= { symbol, time: timeOfRow(series, block.row + i), bid: lower, ask: upper };
        }
      }
      pacer.report({ phase: "checking", done: done + block.row + block.length, total, unit: "rows" });
      await pacer.pause();
    }
    done += series.length;
    const { bars, longest, row } = runs.finish();
    staleBars += bars;
    if (longest > (longestRun?.bars ?? 0)) longestRun = { symbol, time: timeOfRow(series, row), bars: longest };
  }
  pacer.flush();
  return { staleBars, longestRun, crossedQuotes, firstCrossed };
}
