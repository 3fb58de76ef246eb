import { createHash } from "node:crypto";
import type {
  ArrayStore,
  DatasetLock,
  DatasetManifest,
  JsonObject,
  OperationOptions,
  SeriesAppend,
} from "@atc/contract";
import { AtcError, throwIfAborted } from "@atc/contract";
import { createPacer } from "@atc/plugin-kit";
import type { ReadingCounts } from "../info/dataset-history.ts";
import { appendedAttributes } from "../info/dataset-history.ts";
import { rowCollector } from "../rows/row-collector.ts";
import { emptyCursor, seriesCursor } from "../rows/series-cursor.ts";
import type { OverlapPolicy } from "../rows/series-merge.ts";
import { mergeSeries } from "../rows/series-merge.ts";
import { checkDates } from "./append-dates.ts";
import { checkSchema } from "./append-schema.ts";
import type { MergeInput, PlannedMerge, SymbolAppend } from "./merge-plan.ts";
import { planMerge, seriesFinder } from "./merge-plan.ts";

/** Two datasets to merge, and the source of the new rows. */
export interface DatasetAppend extends MergeInput {
  /** What was read, as the user named it. */
  readonly source: string;
  /** What was counted when the new rows were read. */
  readonly counts: ReadingCounts;
  /** The same of the stored rows; undefined if it is unknown. */
  readonly storedCounts: ReadingCounts | undefined;
  /** What only readings show, of all rows: the attribute `facts` of the new generation. */
  readonly facts?: JsonObject;
  /**
   * Attributes that replace those of the stored dataset, from what the append does to each symbol. They are stored only
   * if rows change. Default: none.
   */
  readonly attributes?: (symbols: readonly SymbolAppend[]) => JsonObject;
}

/** What {@link appendDataset} did. */
export interface AppendedDataset {
  /** The dataset after the append. */
  readonly manifest: DatasetManifest;
  /** Whether anything changed. If not, there is no new generation. */
  readonly changed: boolean;
  /** The symbols of the new rows, in the order of UTF-16 code units. */
  readonly symbols: readonly SymbolAppend[];
  /** Columns of the new rows that the dataset does not have and that were dropped. */
  readonly droppedColumns: readonly string[];
}

const policies: readonly OverlapPolicy[] = ["restate", "keep", "error"];

/** Rows of one write. */
const rowsPerWrite = 65_536;

/** Checks a policy that comes from outside; defaults to `restate`. ATC_INVALID_ARGUMENT for any other word. */
export function checkedOverlap(overlap: OverlapPolicy = "restate"): OverlapPolicy {
  if (policies.includes(overlap)) return overlap;
  throw new AtcError("ATC_INVALID_ARGUMENT", `overlap is "${String(overlap)}"; use one of: ${policies.join(", ")}`, {
    details: { option: "overlap", value: String(overlap) },
  });
}

/**
 * Merges the rows of `added`, sorted by symbol and time, into the dataset `stored` of the same store: a new generation
 * that shares the unchanged rows with the old one. An error or an abort leaves the dataset as it was.
 *
 * @throws ATC_INVALID_DATA if the schemas do not fit, or for a difference under `error`; ATC_UNSUPPORTED if the store
 * cannot append; what the store throws
 */
export async function appendDataset(
  store: ArrayStore,
  lock: DatasetLock,
  append: DatasetAppend,
  options: OperationOptions = {},
): Promise<AppendedDataset> {
  const { stored, added, overlap, source, counts, storedCounts, facts, attributes: replaced } = append;
  const before = stored.manifest;
  const droppedColumns = checkSchema(before.name, before.schema, added.manifest.schema);
  if (before.timeIs === "date") await checkDates(before.name, added, options);
  const { symbols, planned } = await planMerge(append, options);
  if (planned.length === 0) return { manifest: before, changed: false, symbols, droppedColumns };
  const fingerprint = fingerprintAfter(before, added.manifest, overlap);
  const attributes = {
    ...appendedAttributes(before, storedCounts, { source, overlap, symbols, counts }),
    ...(facts === undefined ? {} : { facts }),
    ...replaced?.(symbols),
  };
  const manifest = await writeMerge(store, lock, { ...append, planned, fingerprint, attributes }, options);
  return { manifest, changed: true, symbols, droppedColumns };
}

/** A merge to be written, and what the new generation is published with. */
interface PlannedWrite extends MergeInput {
  readonly planned: readonly PlannedMerge[];
  readonly fingerprint: string;
  readonly attributes: JsonObject;
}

/** Writes what changes as a new generation. */
async function writeMerge(
  store: ArrayStore,
  lock: DatasetLock,
  { stored, added, overlap, planned, fingerprint, attributes }: PlannedWrite,
  options: OperationOptions,
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
  const storedSeries = seriesFinder(stored);
  const collector = rowCollector(columns, rowsPerWrite);
  const pacer = createPacer(options);
  const total = planned.reduce((sum, { rows }) => sum + rows, 0);
  let done = 0;
  for (const { symbol, firstStored, firstNew } of planned) {
    const own = storedSeries(symbol);
    let row = firstStored;
    const merge = mergeSeries(
      own === undefined ? emptyCursor() : seriesCursor(own, names, firstStored),
      seriesCursor(added.series(symbol), names, firstNew),
      overlap,
      collector,
    );
    for (let ended = false; !ended; ) {
      ended = merge.next().done === true;
      await pacer.pause();
      if (!ended && !collector.isFull()) continue;
      const rows = collector.length();
      if (rows > 0) await writer.write(symbol, row, collector.columns());
      collector.clear();
      row += rows;
      done += rows;
      pacer.report({ phase: "writing", done, total, unit: "rows" });
    }
  }
  pacer.flush();
  throwIfAborted(options.signal);
  return await writer.publish(attributes);
}

/** Identifies the merged rows: it depends on the rows before, on the new rows and on the policy. */
function fingerprintAfter(stored: DatasetManifest, added: DatasetManifest, overlap: OverlapPolicy): string {
  const subject = { append: 1, before: stored.fingerprint, rows: added.fingerprint, overlap };
  return createHash("sha256").update(JSON.stringify(subject)).digest("hex");
}
