import { join } from "node:path";
import { AtcError, type DatasetSchema, type DatasetWriter, fromSystemError, type JsonObject } from "@atc/contract";
import type { HeldLock } from "./dataset-lock.ts";
import { type GenerationFiles, generationFiles } from "./generation-files.ts";
import type { KeptRows, PlacedPart } from "./kept-rows.ts";
import { describe, formatVersion } from "./manifest.ts";
import { nextGeneration, publishFiles, segmentFile } from "./publication.ts";
import { bySymbol, type SegmentPlan } from "./segment-plan.ts";
import { checkSlice, type SeriesProgress } from "./series-progress.ts";
import type { StoredManifest, StoredPart } from "./stored-manifest.ts";

/** A generation before its rows are written. */
export interface GenerationPlan extends DatasetSchema {
  readonly fingerprint: string;
  /** Kept in the manifest unless `publish` is given others. */
  readonly attributes: JsonObject;
  /** The series that may be written, with all of their rows and those of them that stay. */
  readonly series: readonly { readonly symbol: string; readonly rows: number; readonly kept: number }[];
  /** What stays of the former generation. */
  readonly kept: KeptRows;
  /** What is written. */
  readonly written: SegmentPlan;
  /** The manifest that it extends; undefined where it stands for itself. */
  readonly base: Uint8Array | undefined;
}

/** A locked dataset's directory. */
export interface LockedDirectory {
  readonly directory: string;
  readonly lock: HeldLock;
}

const remedy = "check the disk and its permissions";

/** A temporary directory for files of the locked dataset, which is not created yet. */
export function temporaryDirectory({ directory, lock }: LockedDirectory): string {
  return join(directory, `.tmp-${lock.token}-${lock.nextSerial()}`);
}

/** A writer of the next generation of the locked dataset. */
export async function datasetWriter(place: LockedDirectory, plan: GenerationPlan): Promise<DatasetWriter> {
  const { directory, lock } = place;
  // A dataset of a newer format is refused before anything is written.
  await nextGeneration(directory);
  const temporary = temporaryDirectory(place);
  let files: GenerationFiles;
  try {
    files = await generationFiles(temporary, plan.columns, plan.written);
  } catch (error) {
    throw fromSystemError(error, `cannot create dataset "${lock.name}" in "${directory}"`, remedy);
  }
  const writer = openWriter(place, plan, files, temporary);
  lock.onRelease(() => writer.abort());
  return writer;
}

function openWriter(
  { directory, lock }: LockedDirectory,
  plan: GenerationPlan,
  files: GenerationFiles,
  temporary: string,
): DatasetWriter {
  const progress = progressOf(plan);
  let isClosed = false;
  let failure: AtcError | undefined;
  let queue: Promise<unknown> = Promise.resolve();

  const inOrder = <T>(step: () => Promise<T>): Promise<T> => {
    const result = queue.then(step);
    queue = result.catch(() => undefined);
    return result;
  };
  const check = (): void => {
    if (isClosed || lock.isReleased())
      throw new AtcError("ATC_CLOSED", `the writer of dataset "${lock.name}" was closed before`);
    if (failure !== undefined) throw failure;
  };
  const onDisk = async <T>(what: string, step: () => Promise<T>): Promise<T> => {
    try {
      return await step();
    } catch (error) {
      failure = fromSystemError(error, `cannot ${what} dataset "${lock.name}" in "${directory}"`, remedy);
      throw failure;
    }
  };
  const abort = (): Promise<void> =>
    inOrder(async () => {
      if (isClosed) return;
      isClosed = true;
      await files.discard();
    });

  return {
    write: (symbol, row, columns) =>
      inOrder(async () => {
        check();
        const series = progress.get(symbol);
        if (series === undefined)
          throw new AtcError("ATC_INVALID_ARGUMENT", `dataset "${lock.name}" was planned without symbol "${symbol}"`, {
            details: { symbol },
          });
        const rows = checkSlice(symbol, series, row, columns, plan);
        if (rows === 0) return;
        await onDisk("write", () => files.write(symbol, row, rows, columns));
        series.written += rows;
        series.lastTime = (columns["timestamp"] as BigInt64Array)[rows - 1] as bigint;
      }),
    publish: (attributes = plan.attributes) =>
      inOrder(async () => {
        check();
        checkComplete(lock.name, progress);
        const stored = storedAttributes(attributes);
        const publication = { name: lock.name, directory, temporary, token: lock.token, files, base: plan.base };
        const manifest = await onDisk("publish", () =>
          publishFiles(publication, (generation) => storedManifest(plan, files, generation, stored)),
        );
        isClosed = true;
        await files.discard();
        return describe(lock.name, manifest);
      }),
    abort,
    [Symbol.asyncDispose]: abort,
  };
}

function progressOf({ series, kept: { parts } }: GenerationPlan): ReadonlyMap<string, SeriesProgress> {
  const lastTime = (symbol: string): bigint => BigInt(parts.get(symbol)?.at(-1)?.lastTime ?? 0);
  return new Map(
    series.map(({ symbol, rows, kept }) => [symbol, { rows, kept, written: kept, lastTime: lastTime(symbol) }]),
  );
}

function checkComplete(name: string, progress: ReadonlyMap<string, SeriesProgress>): void {
  for (const [symbol, { rows, written }] of progress)
    if (written < rows)
      throw new AtcError(
        "ATC_INVALID_ARGUMENT",
        `cannot publish dataset "${name}": symbol "${symbol}" has ${written} of its ${rows} planned rows; write the rest or abort`,
        { details: { symbol, rows, written } },
      );
}

/** What the manifest of a generation says once its files are written. */
export function storedManifest(
  plan: GenerationPlan,
  files: GenerationFiles,
  generation: number,
  attributes: JsonObject,
): StoredManifest {
  const { segments, parts } = plan.kept;
  const written = files.parts();
  const symbols = [...new Set([...parts.keys(), ...written.keys()])].sort(bySymbol);
  const partsOf = (symbol: string): StoredPart[] => {
    const moved = (written.get(symbol) ?? []).map((part) => ({ ...part, segment: part.segment + segments.length }));
    return [...(parts.get(symbol) ?? []), ...moved].sort((a, b) => a.seriesRow - b.seriesRow).map(storedPart);
  };
  return {
    format: "atc-dataset",
    formatVersion,
    generation,
    createdAt: Date.now(),
    kind: plan.kind,
    columns: plan.columns.map(({ name, type }) => ({ name, type })),
    fingerprint: plan.fingerprint,
    attributes,
    segments: [...segments, ...files.segments((index) => segmentFile(generation, index))],
    series: symbols.map((symbol) => ({ symbol, parts: partsOf(symbol) })),
  };
}

function storedPart({ seriesRow: _, ...part }: PlacedPart): StoredPart {
  return part;
}

/** A copy as JSON gives it back, so that its checksum is the same when it is read. */
function storedAttributes(attributes: JsonObject): JsonObject {
  try {
    return JSON.parse(JSON.stringify(attributes)) as JsonObject;
  } catch (cause) {
    throw new AtcError("ATC_INVALID_ARGUMENT", `the attributes of a dataset must be plain JSON: ${String(cause)}`, {
      cause,
    });
  }
}
