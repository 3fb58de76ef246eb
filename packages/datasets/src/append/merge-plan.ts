import type { Dataset, DatasetManifest, OperationOptions, Series } from "@atc/contract";
import { AtcError } from "@atc/contract";
import { createPacer, firstRowFrom } from "@atc/plugin-kit";
import { emptyCursor, seriesCursor } from "../rows/series-cursor.ts";
import type { MergeCounts, OverlapPolicy } from "../rows/series-merge.ts";
import { countingTarget, mergeSeries } from "../rows/series-merge.ts";

/** What an append did to one symbol. */
export interface SymbolAppend {
  /** As the files spell it. */
  readonly symbol: string;
  /** Whether the symbol is new to the dataset. */
  readonly isNew: boolean;
  /** Rows at times that the dataset did not have. */
  readonly added: number;
  /** Rows that replaced others of their time. */
  readonly restated: number;
  /** Rows that were already stored with the same values. */
  readonly unchanged: number;
  /** Rows that were dropped because others of their time are stored, under `keep`. */
  readonly ignored: number;
}

/** A symbol whose rows change. */
export interface PlannedMerge extends MergeCounts {
  readonly symbol: string;
}

/** What a merge of two datasets changes. */
export interface MergePlan {
  /** The symbols of the new rows, in the order of UTF-16 code units. */
  readonly symbols: readonly SymbolAppend[];
  /** The symbols to write. */
  readonly planned: readonly PlannedMerge[];
}

/** Two datasets to merge. */
export interface MergeInput {
  /** The dataset that grows; the newest generation of it. */
  readonly stored: Dataset;
  /** The new rows, each series sorted by time. */
  readonly added: Dataset;
  /** What happens to new rows at a time that `stored` already has. */
  readonly overlap: OverlapPolicy;
}

/** Finds the series of symbols in a dataset; undefined for symbols that it does not have. */
export function seriesFinder(dataset: Dataset): (symbol: string) => Series | undefined {
  const symbols = new Set(dataset.symbols());
  return (symbol) => (symbols.has(symbol) ? dataset.series(symbol) : undefined);
}

/**
 * Merges every symbol without writing: which symbols change, and from which row. ATC_INVALID_DATA for a difference
 * under `error`.
 */
export async function planMerge({ stored, added, overlap }: MergeInput, options: OperationOptions): Promise<MergePlan> {
  const columns = stored.manifest.schema.columns.slice(1).map(({ name }) => name);
  const storedSeries = seriesFinder(stored);
  const symbols: SymbolAppend[] = [];
  const planned: PlannedMerge[] = [];
  const pacer = createPacer(options);
  const total = added.manifest.series.length;
  for (const { symbol, firstTime } of added.manifest.series) {
    const series = storedSeries(symbol);
    const merge = mergeSeries(
      series === undefined ? emptyCursor() : seriesCursor(series, columns, firstRowFrom(series, firstTime)),
      seriesCursor(added.series(symbol), columns, 0),
      overlap,
      countingTarget,
    );
    let step = merge.next();
    for (; step.done !== true; step = merge.next()) await pacer.pause();
    const counts = step.value;
    if (overlap === "error" && counts.conflict !== undefined)
      throw conflictOf(stored.manifest, symbol, counts.conflict);
    const { restated, unchanged, ignored } = counts;
    symbols.push({ symbol, isNew: series === undefined, added: counts.added, restated, unchanged, ignored });
    if (counts.firstStored >= 0) planned.push({ ...counts, symbol });
    pacer.report({ phase: "comparing", done: symbols.length, total, unit: "symbols" });
  }
  pacer.flush();
  return { symbols, planned };
}

function conflictOf(
  { name, schema }: DatasetManifest,
  symbol: string,
  [low, high]: readonly [number, number],
): AtcError {
  const time = (BigInt(high) << 32n) | BigInt(low >>> 0);
  const ms = Number(schema.kind === "ticks" ? time / 1_000_000n : time);
  const shown = Math.abs(ms) <= 8.64e15 ? new Date(ms).toISOString() : String(time);
  return new AtcError(
    "ATC_INVALID_DATA",
    `cannot append to dataset "${name}": "${symbol}" has other values at "${shown}"; choose which to keep with --overlap restate or --overlap keep`,
    { details: { dataset: name, symbol, time: shown } },
  );
}
