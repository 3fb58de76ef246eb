import { open, rename } from "node:fs/promises";
import { dirname, join } from "node:path";
import {
  AtcError,
  type DatasetPlan,
  type DatasetWriter,
  fromSystemError,
  isAtcError,
  type JsonObject,
} from "@atc/contract";
import { highestGeneration, manifestPath, readManifest, removeLeftovers, syncDirectory } from "./dataset-directory.ts";
import type { HeldLock } from "./dataset-lock.ts";
import { checkPlan } from "./dataset-plan.ts";
import { type GenerationFiles, generationFiles } from "./generation-files.ts";
import { describe, formatManifest, formatVersion } from "./manifest.ts";
import { checkSlice, type SeriesProgress } from "./series-progress.ts";
import type { StoredManifest } from "./stored-manifest.ts";

/** What a writer needs to know. */
export interface DatasetWriterOptions {
  readonly directory: string;
  readonly lock: HeldLock;
  readonly plan: DatasetPlan;
  readonly segmentBytes: number;
}

const remedy = "check the disk and its permissions";

/** A writer of the next generation of the locked dataset. */
export async function datasetWriter(options: DatasetWriterOptions): Promise<DatasetWriter> {
  const { directory, lock, plan } = options;
  checkPlan(lock.name, plan);
  const current = await currentGeneration(directory);
  const temporary = join(directory, `.tmp-${lock.token}-${lock.nextSerial()}`);
  let files: GenerationFiles;
  try {
    files = await generationFiles(temporary, plan, options.segmentBytes);
  } catch (error) {
    throw fromSystemError(error, `cannot create dataset "${lock.name}" in "${directory}"`, remedy);
  }
  const writer = openWriter(options, files, temporary, current + 1);
  lock.onRelease(() => writer.abort());
  return writer;
}

/** The generation on disk. A damaged manifest is replaced; one of a newer format is not. */
async function currentGeneration(directory: string): Promise<number> {
  let generation = 0;
  try {
    generation = (await readManifest(directory))?.generation ?? 0;
  } catch (error) {
    if (!isAtcError(error, "ATC_CORRUPT_DATA")) throw error;
  }
  return Math.max(generation, await highestGeneration(directory));
}

function openWriter(
  { directory, lock, plan }: DatasetWriterOptions,
  files: GenerationFiles,
  temporary: string,
  generation: number,
): DatasetWriter {
  const progress = new Map<string, SeriesProgress>(
    plan.series.map(({ symbol, rows }) => [symbol, { rows, written: 0, lastTime: 0n }]),
  );
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
        const rows = checkSlice(symbol, series, row, columns, plan.schema.columns);
        if (rows === 0) return;
        await onDisk("write", () => files.write(symbol, row, rows, columns));
        series.written += rows;
        series.lastTime = (columns["timestamp"] as BigInt64Array)[rows - 1] as bigint;
      }),
    publish: (attributes = {}) =>
      inOrder(async () => {
        check();
        checkComplete(lock.name, progress);
        const manifest = storedManifest(plan, files, generation, attributes);
        await onDisk("publish", () => publishFiles(directory, temporary, files, manifest, lock.token));
        isClosed = true;
        await files.discard();
        return describe(lock.name, manifest);
      }),
    abort,
    [Symbol.asyncDispose]: abort,
  };
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

function storedManifest(
  plan: DatasetPlan,
  files: GenerationFiles,
  generation: number,
  attributes: JsonObject,
): StoredManifest {
  return {
    format: "atc-dataset",
    formatVersion,
    generation,
    createdAt: Date.now(),
    kind: plan.schema.kind,
    columns: plan.schema.columns.map(({ name, type }) => ({ name, type })),
    fingerprint: plan.fingerprint,
    attributes: storedAttributes(attributes),
    segments: files.segments((segment) => `seg-${generation}-${segment}.arrow`),
    series: files.series(),
  };
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

/** Names the finished files, then the manifest: a crash at any point leaves the former generation or the new one. */
async function publishFiles(
  directory: string,
  temporary: string,
  files: GenerationFiles,
  manifest: StoredManifest,
  token: string,
): Promise<void> {
  try {
    await syncDirectory(temporary);
    for (const [index, path] of files.paths().entries())
      await rename(path, join(directory, manifest.segments[index]?.file ?? ""));
    await syncDirectory(directory);
    const next = join(temporary, "manifest.json");
    await writeDurably(next, formatManifest(manifest));
    await rename(next, manifestPath(directory));
    await syncDirectory(directory);
    await syncDirectory(dirname(directory));
  } catch (error) {
    await removeLeftoversQuietly(directory, token);
    throw error;
  }
  await removeLeftoversQuietly(directory, token);
}

/** After a publication former generations go; after one that failed, the segments that were already named. The next lock tries again. */
async function removeLeftoversQuietly(directory: string, token: string): Promise<void> {
  try {
    await removeLeftovers(directory, token);
  } catch {
    // The next lock tries again.
  }
}

async function writeDurably(path: string, text: string): Promise<void> {
  const file = await open(path, "wx");
  try {
    await file.writeFile(text);
    await file.sync();
  } finally {
    await file.close();
  }
}
