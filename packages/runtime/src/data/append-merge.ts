import type {
  ArrayStore,
  Dataset,
  DatasetLock,
  DatasetManifest,
  JsonObject,
  OperationOptions,
  Series,
  SeriesAppend,
} from "@atc/contract";
import { AtcError, throwIfAborted } from "@atc/contract";
import { createTurns } from "../wiring/turns.ts";
import { rowCollector } from "./row-collector.ts";
import { emptyCursor, firstRowFrom, seriesCursor } from "./series-cursor.ts";
import type { MergeCounts, OverlapPolicy } from "./series-merge.ts";
import { countingTarget, mergeSeries } from "./series-merge.ts";

/** What an append did to one symbol. */
export interface SymbolAppend {
  /** The symbol. */
  readonly symbol: string;
  /** Whether the dataset did not have it. */
  readonly isNew: boolean;
  /** Rows at times that the dataset did not have. */
  readonly added: number;
  /** Rows that took the place of others of their time. */
  readonly restated: number;
  /** Rows that were there already, value for value. */
  readonly unchanged: number;
  /** Rows that gave way to others of their time, under `keep`. */
  readonly ignored: number;
}

/** A symbol whose rows change. */
export interface PlannedMerge extends MergeCounts {
  readonly symbol: string;
}

/** Rows of a slice that is written at once. */
const sliceRows = 65_536;

/** The series of a symbol where the dataset has it. */
function seriesOf(dataset: Dataset, symbols: ReadonlySet<string>, symbol: string): Series | undefined {
  return symbols.has(symbol) ? dataset.series(symbol) : undefined;
}

/** Merges every symbol without writing: what would change, and from where on. */
export async function compareAll(
  stored: Dataset,
  added: Dataset,
  overlap: OverlapPolicy,
  options: OperationOptions,
): Promise<{ readonly symbols: readonly SymbolAppend[]; readonly planned: readonly PlannedMerge[] }> {
  const columns = stored.manifest.schema.columns.slice(1).map(({ name }) => name);
  const known = new Set(stored.symbols());
  const symbols: SymbolAppend[] = [];
  const planned: PlannedMerge[] = [];
  const turns = createTurns(options);
  const total = added.manifest.series.length;
  for (const { symbol, firstTime } of added.manifest.series) {
    const series = seriesOf(stored, known, symbol);
    const from = series === undefined ? 0 : firstRowFrom(series, firstTime);
    const merge = mergeSeries(
      series === undefined ? emptyCursor() : seriesCursor(series, columns, from),
      seriesCursor(added.series(symbol), columns, 0),
      overlap,
      countingTarget,
    );
    let step = merge.next();
    for (; step.done !== true; step = merge.next()) await turns.turn();
    const counts = step.value;
    if (overlap === "error" && counts.conflict !== undefined)
      throw conflictOf(stored.manifest, symbol, counts.conflict);
    const { restated, unchanged, ignored } = counts;
    symbols.push({ symbol, isNew: series === undefined, added: counts.added, restated, unchanged, ignored });
    if (counts.firstStored >= 0) planned.push({ ...counts, symbol });
    options.onProgress?.({ phase: "comparing", done: symbols.length, total, unit: "symbols" });
  }
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

/** What is merged. */
export interface Merge {
  readonly stored: Dataset;
  readonly added: Dataset;
  readonly overlap: OverlapPolicy;
  readonly planned: readonly PlannedMerge[];
}

/** Writes what changes as a new generation. */
export async function writeMerge(
  store: ArrayStore,
  lock: DatasetLock,
  { stored, added, overlap, planned }: Merge,
  options: OperationOptions,
  { fingerprint, attributes }: { readonly fingerprint: string; readonly attributes: JsonObject },
): Promise<DatasetManifest> {
  if (store.append === undefined) throw new AtcError("ATC_UNSUPPORTED", "this store cannot append to datasets");
  const series: SeriesAppend[] = planned.map(({ symbol, rows, firstStored }) => ({
    symbol,
    rows,
    keepRows: firstStored,
  }));
  await using writer = await store.append(lock, { fingerprint, series });
  const { columns } = stored.manifest.schema;
  const names = columns.slice(1).map(({ name }) => name);
  const known = new Set(stored.symbols());
  const collector = rowCollector(columns, sliceRows);
  const turns = createTurns(options);
  const total = planned.reduce((sum, { rows }) => sum + rows, 0);
  let done = 0;
  for (const { symbol, firstStored, firstNew } of planned) {
    const own = seriesOf(stored, known, symbol);
    let row = firstStored;
    const merge = mergeSeries(
      own === undefined ? emptyCursor() : seriesCursor(own, names, firstStored),
      seriesCursor(added.series(symbol), names, firstNew),
      overlap,
      collector,
    );
    for (let ended = false; !ended; ) {
      ended = merge.next().done === true;
      await turns.turn();
      if (!ended && !collector.isFull()) continue;
      const rows = collector.length();
      if (rows > 0) await writer.write(symbol, row, collector.columns());
      collector.clear();
      row += rows;
      done += rows;
      options.onProgress?.({ phase: "writing", done, total, unit: "rows" });
    }
  }
  throwIfAborted(options.signal);
  return await writer.publish(attributes);
}
