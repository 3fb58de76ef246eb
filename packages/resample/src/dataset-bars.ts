import type { Dataset, DatasetWriter, OperationOptions } from "@atc/contract";
import { createPacer } from "@atc/plugin-kit";
import type { BarColumn } from "./bar-columns.ts";
import { rowTally } from "./bar-run.ts";
import { barSink, countingSink } from "./bar-sink.ts";
import type { ResolvedResample } from "./resample-options.ts";
import { fillBars, inputColumns } from "./series-bars.ts";

/** The result for one symbol. */
export interface SymbolBars {
  /** A symbol of the source, even if it has no bar. */
  readonly symbol: string;
  /** Rows of the source. */
  readonly rows: number;
  /** Bars of the result. */
  readonly bars: number;
  /** Rows outside of the session, which are in no bar. */
  readonly outside: number;
  /**
   * Of these, rows whose time is exactly the end of a session; its start if times are ends. If that is all of them, the
   * option `stamps` is probably wrong.
   */
  readonly atEdge: number;
  /** Rows of a last bar that was left out. */
  readonly unfinished: number;
  /** Rows that reach over the end of their bar into the next one; over its start if times are ends. */
  readonly crossing: number;
}

/** Bars per write. */
const sliceBars = 65_536;

/** The inputs of one run. */
export interface Run {
  readonly dataset: Dataset;
  readonly resolved: ResolvedResample;
  readonly columns: readonly BarColumn[];
  /** The usual length of a row, in ms; NaN if it is unknown. */
  readonly rowMs: number;
  readonly options: OperationOptions;
}

/** Counts the bars of each symbol. */
export async function countBars({ dataset, resolved, columns, rowMs, options }: Run): Promise<readonly SymbolBars[]> {
  const { kind } = dataset.manifest.schema;
  const inputs = inputColumns(columns, resolved, true);
  const { pause } = createPacer(options);
  const symbols: SymbolBars[] = [];
  const total = dataset.manifest.series.length;
  for (const { symbol, rows } of dataset.manifest.series) {
    const sink = countingSink();
    const tally = rowTally();
    const bars = fillBars(dataset.series(symbol), { kind, inputs, options: resolved, rowMs, sink, tally });
    while (bars.next().done !== true) await pause();
    symbols.push({ symbol, rows, bars: sink.length(), ...tally });
    options.onProgress?.({ phase: "counting", done: symbols.length, total, unit: "symbols" });
  }
  return symbols;
}

/** Writes the bars of all symbols that have some. */
export async function writeBars(
  { dataset, resolved, columns, rowMs, options }: Run,
  writer: DatasetWriter,
  series: readonly { readonly symbol: string; readonly rows: number }[],
): Promise<void> {
  const { kind } = dataset.manifest.schema;
  const inputs = inputColumns(columns, resolved, false);
  const longest = series.reduce((most, { rows }) => Math.max(most, rows), 1);
  const sink = barSink(columns, inputs, Math.min(longest, sliceBars));
  const { pause } = createPacer(options);
  const total = series.reduce((sum, { rows }) => sum + rows, 0);
  let done = 0;
  for (const { symbol } of series) {
    const tally = rowTally();
    const bars = fillBars(dataset.series(symbol), { kind, inputs, options: resolved, rowMs, sink, tally });
    let row = 0;
    for (let ended = false; !ended; ) {
      ended = bars.next().done === true;
      await pause();
      const length = sink.length();
      if (length === 0 || !(ended || sink.isFull())) continue;
      await writer.write(symbol, row, sink.columns());
      sink.clear();
      row += length;
      done += length;
      options.onProgress?.({ phase: "writing", done, total, unit: "bars" });
    }
  }
}
