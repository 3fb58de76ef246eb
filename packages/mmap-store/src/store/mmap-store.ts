import { statfs } from "node:fs/promises";
import { join, resolve } from "node:path";
import {
  type AppendPlan,
  type ArrayStore,
  AtcError,
  type DatasetLayout,
  type DatasetLock,
  type DatasetManifest,
  type DatasetPlan,
  type DatasetWriter,
  type OperationOptions,
  throwIfAborted,
  type VerifyReport,
} from "@atc/contract";
import { entriesOf, exists } from "../base/file-system.ts";
import type { LockedDirectory } from "../generation/generation-plan.ts";
import { type HeldLock, lockDataset } from "../lock/dataset-lock.ts";
import { checkDatasetName, isDatasetName, manifestPath, readManifest } from "../manifest/dataset-directory.ts";
import { datasetManifest } from "../manifest/manifest.ts";
import { checkNewName } from "../manifest/new-dataset-name.ts";
import { mappingBackend, requireMapping } from "../reading/mapping.ts";
import { networkFileSystems } from "../reading/network-file-systems.ts";
import { openDataset } from "../reading/open-dataset.ts";
import type { SegmentBackend } from "../reading/segment-reader.ts";
import { compactDataset } from "./compaction.ts";
import { appendedGeneration } from "./dataset-append.ts";
import { deleteDataset } from "./dataset-deletion.ts";
import { datasetLayout } from "./dataset-layout.ts";
import { plannedGeneration } from "./dataset-plan.ts";
import { verifyDataset } from "./dataset-verification.ts";
import { datasetWriter } from "./dataset-writer.ts";

/** Options of {@link mmapStore}. */
export interface MmapStoreOptions {
  /** The directory with one directory per dataset. The first write creates it. */
  readonly directory: string;
  /**
   * `mmap` maps segments, `read` reads them, and `auto` maps on Linux and local disks and reads otherwise; default:
   * `auto`.
   */
  readonly backend?: SegmentBackend;
  /** The maximum size of a segment file in bytes, from 16 KiB to 1 GiB; default: 1 GiB. */
  readonly segmentBytes?: number;
  /**
   * How many former generations stay when a dataset is replaced or appended to, until it is compacted; `open` opens
   * them by their number. A replaced dataset takes its disk space once more for each; an append shares most files. 0 to
   * 1000; default: 1.
   */
  readonly keepGenerations?: number;
  /**
   * Whether segments may be missing, as in the copies of `datasetCopies`: a segment that is missing when its dataset is
   * opened is looked for whenever it is read, and is ATC_NOT_FOUND then; default: false.
   */
  readonly isPartial?: boolean;
}

const maxSegmentBytes = 2 ** 30;
const minSegmentBytes = 2 ** 14;
const mostKeptGenerations = 1000;

/** An array store with all optional methods of the contract. */
export interface MmapStore extends ArrayStore {
  /**
   * Starts a new generation in whose files callers place the rows, see `ArrayStore.layOut`. `directory` must be within
   * the lock's scratch directory. Entries in it that are not files of the plan are removed.
   */
  layOut(lock: DatasetLock, plan: DatasetPlan, options?: { readonly directory?: string }): Promise<DatasetLayout>;
  /** Starts a new generation that extends the newest one, see `ArrayStore.append`. */
  append(lock: DatasetLock, plan: AppendPlan): Promise<DatasetWriter>;
  /**
   * Rewrites a dataset that grew by appends as if it had been written at once, and removes its former generations, see
   * `ArrayStore.compact`.
   */
  compact(lock: DatasetLock, options?: OperationOptions): Promise<DatasetManifest>;
  /** Reads the whole newest generation and compares it with its manifest, see `ArrayStore.verify`. */
  verify(name: string, options?: OperationOptions): Promise<VerifyReport>;
}

/**
 * A store of datasets as immutable Arrow files in a directory. Disposing it aborts its writers and releases its locks.
 * Datasets that it opened stay open until they are disposed themselves.
 *
 * @throws ATC_INVALID_ARGUMENT for an option out of its range, ATC_MISSING_PLUGIN or ATC_UNSUPPORTED if `backend` is
 * "mmap" and this process cannot map files.
 */
export function mmapStore(options: MmapStoreOptions): MmapStore {
  const { backend, segmentBytes, keepGenerations: keep, isPartial } = checked(options);
  const root = resolve(options.directory);
  const locks = new Map<DatasetLock, HeldLock>();
  let isClosed = false;
  const pathOf = (name: string): string => {
    if (isClosed) throw new AtcError("ATC_CLOSED", `the store in "${root}" is disposed`);
    checkDatasetName(name);
    return join(root, name);
  };
  const lock = async (name: string): Promise<HeldLock> => {
    const directory = pathOf(name);
    await checkNewName(name, root);
    const held = await lockDataset(name, directory, { keep });
    if (isClosed) await held[Symbol.asyncDispose]();
    pathOf(name);
    locks.set(held, held);
    held.onRelease(() => {
      locks.delete(held);
      return Promise.resolve();
    });
    return held;
  };
  const locked = (given: DatasetLock): LockedDirectory => {
    const directory = pathOf(given.name);
    const held = locks.get(given);
    if (held !== undefined) return { directory, lock: held };
    throw new AtcError(
      "ATC_INVALID_ARGUMENT",
      `the lock of dataset "${given.name}" is not held by this store; call lock() of this store first`,
    );
  };

  return {
    lock,
    async create(given, plan) {
      const place = locked(given);
      return await datasetWriter(place, plannedGeneration(given.name, plan, segmentBytes));
    },
    async layOut(given, plan, { directory } = {}) {
      const place = locked(given);
      return await datasetLayout(place, plannedGeneration(given.name, plan, segmentBytes), directory);
    },
    async append(given, plan) {
      const place = locked(given);
      return await datasetWriter(place, await appendedGeneration(given.name, place.directory, plan, segmentBytes));
    },
    async open(name, { generation } = {}) {
      const directory = pathOf(name);
      const chosen = backend === "auto" ? await chosenBackend(root) : backend;
      return await openDataset({ name, directory, backend: chosen, generation, isPartial });
    },
    async find(name) {
      const manifest = await readManifest(pathOf(name));
      return manifest === undefined ? undefined : datasetManifest(name, manifest);
    },
    async compact(given, options = {}) {
      return await compactDataset(locked(given), segmentBytes, options);
    },
    async verify(name, options = {}) {
      return await verifyDataset(name, pathOf(name), options);
    },
    async list() {
      pathOf("any");
      const names = (await entriesOf(root)).filter(isDatasetName).sort();
      const isThere = await Promise.all(names.map((name) => exists(manifestPath(join(root, name)))));
      return names.filter((_, i) => isThere[i]);
    },
    async delete(name, { signal } = {}) {
      throwIfAborted(signal);
      return await deleteDataset(name, pathOf(name), () => lock(name));
    },
    async [Symbol.asyncDispose]() {
      isClosed = true;
      for (const held of [...locks.values()]) await held[Symbol.asyncDispose]();
    },
  };
}

function checked({
  directory,
  backend = "auto",
  segmentBytes = maxSegmentBytes,
  keepGenerations = 1,
  isPartial = false,
}: MmapStoreOptions): Required<Omit<MmapStoreOptions, "directory">> {
  const refuse = (what: string): AtcError => new AtcError("ATC_INVALID_ARGUMENT", `cannot open a store: ${what}`);
  if (typeof directory !== "string" || directory === "") throw refuse("directory must be a path");
  if (!["mmap", "read", "auto"].includes(backend))
    throw refuse(`backend is "${backend}"; use "mmap", "read" or "auto"`);
  if (!Number.isSafeInteger(segmentBytes) || segmentBytes < minSegmentBytes || segmentBytes > maxSegmentBytes)
    throw refuse(`segmentBytes is ${segmentBytes}; use ${minSegmentBytes} to ${maxSegmentBytes}`);
  if (!Number.isSafeInteger(keepGenerations) || keepGenerations < 0 || keepGenerations > mostKeptGenerations)
    throw refuse(`keepGenerations is ${keepGenerations}; use 0 to ${mostKeptGenerations}`);
  if (backend === "mmap") requireMapping();
  return { backend, segmentBytes, keepGenerations, isPartial };
}

/** "auto" on Linux and local disks, else "read": a network disk that fails under a mapping ends the process. */
async function chosenBackend(root: string): Promise<SegmentBackend> {
  if (!mappingBackend().isDefault) return "read";
  try {
    return networkFileSystems.has((await statfs(root)).type >>> 0) ? "read" : "auto";
  } catch {
    return "read";
  }
}
