import { createHash } from "node:crypto";
import { join } from "node:path";
import type { ArrayStore, DataSource, DatasetManifest, OperationOptions } from "@atc/contract";
import { AtcError } from "@atc/contract";
import type { IngestReport, IngestResult } from "@atc/ingest";
import { ingest, ingestReport } from "@atc/ingest";
import { mmapStore } from "@atc/mmap-store";
import { asJson } from "../wiring/config-parts.ts";
import { machineDefaults } from "../wiring/machine-defaults.ts";
import type { Runtime } from "../wiring/runtime.ts";
import type { SymbolAppend } from "./append-merge.ts";
import { compareAll, writeMerge } from "./append-merge.ts";
import { checkSchema } from "./append-schema.ts";
import { appendedAttributes } from "./dataset-history.ts";
import { datasetHint } from "./dataset-lookup.ts";
import type { ReadingOptions } from "./open-source.ts";
import { executorFor, openSource } from "./open-source.ts";
import type { OverlapPolicy } from "./series-merge.ts";

/** How files are added to a dataset. */
export interface AppendOptions extends ReadingOptions, OperationOptions {
  /**
   * What becomes of rows at a time that the dataset has already: `restate` puts the new ones in their place, `keep` leaves the stored ones, `error` stops
   * with ATC_INVALID_DATA where they differ. All rows of one time are one unit. `restate` where absent.
   */
  readonly overlap?: OverlapPolicy;
}

/** What an append gave. */
export interface AppendResult {
  /** The dataset as it stands now. */
  readonly manifest: DatasetManifest;
  /** Whether anything changed; where nothing did there is no new generation. */
  readonly changed: boolean;
  /** The symbols of the files, sorted by UTF-16 code unit. */
  readonly symbols: readonly SymbolAppend[];
  /** Columns of the files that the dataset does not have, and which were left out. */
  readonly droppedColumns: readonly string[];
  /** What was found in the files' rows. */
  readonly report: IngestReport;
}

const policies: readonly OverlapPolicy[] = ["restate", "keep", "error"];
/**
 * Adds the rows of files to a dataset: a new generation whose other rows are not written again. The files are first read into an intermediate dataset on the
 * same disk, sorted by symbol and time; each of its series is then merged with the stored one. Memory is bounded by `memoryBytes`; readers of the
 * old generation are not disturbed; an error or an abort leaves the dataset as it was.
 *
 * @throws ATC_NOT_FOUND for the dataset or a file; ATC_INVALID_ARGUMENT for an option; ATC_INVALID_DATA where the files are of another kind or lack a column,
 * or at the first difference under `error`; ATC_LOCKED, ATC_NO_SPACE, ATC_READ_ONLY, ATC_IO, ATC_ABORTED; what the source throws
 */
export async function appendFiles(
  runtime: Runtime,
  name: string,
  files: readonly string[],
  options: AppendOptions = {},
): Promise<AppendResult> {
  const { store } = runtime;
  const overlap = checkedOverlap(options.overlap);
  if ((await store.find(name)) === undefined)
    throw new AtcError(
      "ATC_NOT_FOUND",
      `there is no dataset "${name}" to append to; make it with: atc ingest FILE --name ${name}, or ${await datasetHint(store, name)}`,
      {
        details: { name },
      },
    );
  await using source = await openSource(runtime, files, options);
  await using lock = await store.lock(name);
  if (lock.scratch === undefined) throw new AtcError("ATC_UNSUPPORTED", "this store cannot append to datasets");
  await using staging = mmapStore({ directory: join(lock.scratch, "appended"), backend: "read" });
  const staged = await stageRows(runtime, source, staging, options);
  using added = await staging.open("rows");
  using stored = await store.open(name);
  const droppedColumns = checkSchema(name, stored.manifest.schema, added.manifest.schema);
  const { symbols, planned } = await compareAll(stored, added, overlap, options);
  const result = { symbols, droppedColumns: [...staged.report.droppedColumns, ...droppedColumns] };
  if (planned.length === 0) return { ...result, manifest: stored.manifest, changed: false, report: staged.report };
  const history = { name: source.identity.name, overlap, symbols, report: staged.report };
  const manifest = await writeMerge(store, lock, { stored, added, overlap, planned }, options, {
    fingerprint: fingerprintAfter(stored.manifest, added.manifest, overlap),
    attributes: appendedAttributes(stored.manifest, ingestReport(stored.manifest), history),
  });
  return { ...result, manifest, changed: true, report: staged.report };
}

/** Reads the files into the dataset "rows" of `staging`. The threads that do so end before the rows are merged. */
async function stageRows(
  runtime: Runtime,
  source: DataSource,
  staging: ArrayStore,
  { duplicates, memoryBytes = machineDefaults().memoryBytes, signal, onProgress }: AppendOptions,
): Promise<IngestResult> {
  await using executor = executorFor(runtime, source);
  return await ingest(source, staging, { name: "rows", duplicates, memoryBytes, executor, signal, onProgress });
}

function checkedOverlap(overlap: OverlapPolicy = "restate"): OverlapPolicy {
  if (policies.includes(overlap)) return overlap;
  throw new AtcError("ATC_INVALID_ARGUMENT", `overlap is "${String(overlap)}"; use one of: ${policies.join(", ")}`, {
    details: { option: "overlap", value: String(overlap) },
  });
}

/** Tells the dataset's rows: it depends on what was there and on what came. */
function fingerprintAfter(stored: DatasetManifest, added: DatasetManifest, overlap: OverlapPolicy): string {
  const subject = asJson({ append: 1, before: stored.fingerprint, rows: added.fingerprint, overlap });
  return createHash("sha256").update(JSON.stringify(subject)).digest("hex");
}
