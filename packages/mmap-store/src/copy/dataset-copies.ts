import { rename, stat } from "node:fs/promises";
import { join, resolve } from "node:path";
import { setTimeout as delay } from "node:timers/promises";
import {
  AtcError,
  absentOnly,
  fromSystemError,
  isAtcError,
  type OperationOptions,
  throwIfAborted,
} from "@atc/contract";
import { writeDurably } from "../base/file-system.ts";
import { type HeldLock, lockDataset } from "../lock/dataset-lock.ts";
import { manifestPath, readManifest } from "../manifest/dataset-directory.ts";
import type { StoredManifest, StoredSegment } from "../manifest/stored-manifest.ts";
import { partsBySegment } from "../segment/segment-verification.ts";
import { type CopiedFile, type CopyBudget, copyBudget } from "./copy-budget.ts";
import { type CopyIdentity, isOfIdentity } from "./copy-identity.ts";
import { type CopySource, copyDirectory, fetchManifest, replaced } from "./copy-place.ts";
import { fetchSegment } from "./segment-fetch.ts";

/** Options of {@link datasetCopies}. */
export interface DatasetCopiesOptions {
  /** The local directory of the copies. Several processes of one machine may share it. */
  readonly directory: string;
  /** The place of the datasets. */
  readonly source: CopySource;
  /** The most bytes of segments in the directory. */
  readonly maxBytes: number;
  /** Called for each segment that was fetched. */
  readonly onFetch?: ((dataset: string, file: string, bytes: number) => void) | undefined;
}

/** What to copy. */
export interface CopyRequest extends CopyIdentity {
  /** The symbols whose rows are read. Default: all. */
  readonly symbols?: readonly string[] | undefined;
}

/** A copy that has the segments that were asked for, until it is disposed. */
export interface DatasetCopy extends Disposable {
  /** The directory of a store with the dataset. Open it with `isPartial`. */
  readonly directory: string;
}

/** Local copies of datasets of another machine, segment by segment. */
export interface DatasetCopies {
  /**
   * Makes sure that a local copy has the segments with the rows of symbols. Fetches those that it lacks, each once on
   * this machine, and compares them with the manifest before they are used.
   *
   * @throws ATC_REPLACED if the source does not have this generation, or replaced it; ATC_CORRUPT_DATA for a segment
   * that differs from its manifest; ATC_NO_SPACE if the disk is full or the segments exceed the budget; ATC_LOCKED if
   * another process fetches for ten minutes; ATC_ABORTED; what the source throws
   */
  provide(request: CopyRequest, options?: Pick<OperationOptions, "signal">): Promise<DatasetCopy>;
}

/** Milliseconds to wait for another process that fetches segments of the same dataset. */
const mostWaitMs = 600_000;
const waitMs = 50;

/** The indexes of the segments with rows of symbols. A symbol that is unknown is the task's fault to report. */
function neededSegments(
  { segments, series }: StoredManifest,
  symbols: readonly string[] | undefined,
): readonly number[] {
  if (symbols === undefined) return [...segments.keys()];
  const wanted = new Set(symbols);
  const needed = new Set(
    series.filter(({ symbol }) => wanted.has(symbol)).flatMap(({ parts }) => parts.map(({ segment }) => segment)),
  );
  return [...needed].sort((a, b) => a - b);
}

async function isThere({ path, bytes }: CopiedFile): Promise<boolean> {
  return (await stat(path).catch(absentOnly))?.size === bytes;
}

/** Locks a copy, and waits for another process that fills it. Undefined if `isDone` meanwhile. */
async function locked(
  name: string,
  directory: string,
  isDone: () => Promise<boolean>,
  signal: AbortSignal | undefined,
): Promise<HeldLock | undefined> {
  const until = performance.now() + mostWaitMs;
  for (;;) {
    throwIfAborted(signal);
    if (await isDone()) return undefined;
    try {
      return await lockDataset(name, directory, { keep: 0 });
    } catch (error) {
      if (!isAtcError(error, "ATC_LOCKED") || performance.now() > until) throw error;
    }
    await delay(waitMs, undefined, signal === undefined ? {} : { signal }).catch(() => undefined);
  }
}

/** What fills one copy. */
interface CopyFilling {
  readonly options: DatasetCopiesOptions;
  readonly budget: CopyBudget;
  readonly request: CopyRequest;
  /** The directory of the dataset in the copy. */
  readonly directory: string;
  readonly signal: AbortSignal | undefined;
}

/** The manifest of a copy. Fetches it if it is not there. */
async function copiedManifest({ options, request, directory, signal }: CopyFilling): Promise<StoredManifest> {
  const present = await readManifest(directory).catch(() => undefined);
  if (present !== undefined && isOfIdentity(present, request)) return present;
  const { bytes, manifest } = await fetchManifest(options.source, request, signal);
  await using lock = await locked(request.dataset, directory, () => Promise.resolve(false), signal);
  const path = join(lock?.scratch ?? directory, "manifest");
  await writeDurably(path, bytes);
  await rename(path, manifestPath(directory));
  return manifest;
}

async function fill(
  filling: CopyFilling,
  manifest: StoredManifest,
  files: ReadonlyMap<number, CopiedFile>,
): Promise<void> {
  const { options, budget, request, directory, signal } = filling;
  const { source, onFetch } = options;
  const { dataset } = request;
  const missing = async (): Promise<readonly number[]> => {
    const absent: number[] = [];
    for (const [index, file] of files) if (!(await isThere(file))) absent.push(index);
    return absent;
  };
  await using lock = await locked(dataset, directory, async () => (await missing()).length === 0, signal);
  if (lock === undefined) return;
  const parts = partsBySegment(manifest);
  const checkCurrent = async (): Promise<void> => {
    await fetchManifest(source, request, signal);
  };
  for (const index of await missing()) {
    const segment = manifest.segments[index] as StoredSegment;
    await budget.makeRoom(segment.bytes);
    const { scratch } = lock;
    const own = parts[index] ?? [];
    await fetchSegment({ source, dataset, manifest, segment, parts: own, scratch, directory, signal }, checkCurrent);
    onFetch?.(dataset, segment.file, segment.bytes);
  }
}

/** Opens a directory of copies. It is created with the first one. */
export function datasetCopies(options: DatasetCopiesOptions): DatasetCopies {
  const { maxBytes } = options;
  if (!Number.isSafeInteger(maxBytes) || maxBytes < 1)
    throw new AtcError("ATC_INVALID_ARGUMENT", `maxBytes of copies is ${maxBytes}; give a whole number of 1 or more`);
  const root = resolve(options.directory);
  const budget = copyBudget(root, maxBytes);

  async function provide(request: CopyRequest, signal: AbortSignal | undefined): Promise<DatasetCopy> {
    const copy = copyDirectory(root, request);
    const directory = join(copy, request.dataset);
    const filling: CopyFilling = { options, budget, request, directory, signal };
    const manifest = await copiedManifest(filling);
    const files = new Map<number, CopiedFile>();
    for (const index of neededSegments(manifest, request.symbols)) {
      const { file, bytes } = manifest.segments[index] as StoredSegment;
      files.set(index, { path: join(directory, file), bytes });
    }
    const held = await budget.hold([...files.values()], signal);
    try {
      for (const { path } of held.files) await budget.used(path);
      await fill(filling, manifest, files);
      // Another process may have removed the last segment of the copy, and its manifest with it.
      const present = await readManifest(directory);
      if (present === undefined) await copiedManifest(filling);
      else if (!isOfIdentity(present, request)) throw replaced(request, directory);
    } catch (error) {
      held[Symbol.dispose]();
      throw error;
    }
    return { directory: copy, [Symbol.dispose]: () => held[Symbol.dispose]() };
  }

  return {
    async provide(request, { signal } = {}) {
      try {
        return await provide(request, signal);
      } catch (error) {
        throw fromSystemError(
          error,
          `cannot copy dataset "${request.dataset}" to "${root}"`,
          "check the disk and its permissions",
        );
      }
    },
  };
}
