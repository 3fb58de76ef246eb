import { createRequire } from "node:module";
import { pathToFileURL } from "node:url";
import type { ArrayStore, Dataset, DatasetManifest, PluginHost } from "@atc/contract";
import { AtcError, isAtcError } from "@atc/contract";
import { unmapDisposed } from "@atc/mmap-store";
import { loadPlugin } from "../plugins/plugin-loading.ts";
import type { StoreRef } from "../plugins/store-ref.ts";

/** A dataset that a thread opens itself. It must be the generation that the caller of the task has open. */
export interface DatasetRef extends Pick<DatasetManifest, "generation" | "fingerprint" | "createdAt"> {
  /** The store of the dataset. */
  readonly store: StoreRef;
  /** The name of the dataset. */
  readonly dataset: string;
}

/** The reference to the caller's dataset for a task. */
export function datasetRef(store: StoreRef, manifest: DatasetManifest): DatasetRef {
  const { name: dataset, generation, fingerprint, createdAt } = manifest;
  return { store, dataset, generation, fingerprint, createdAt };
}

/** A thread has no host of its own: a store that needs other plugins works on the caller's thread only. */
const threadHost: PluginHost = {
  find: (kind, name) =>
    Promise.reject(
      new AtcError(
        "ATC_UNSUPPORTED",
        `a store asked for the ${kind} "${name}" on a thread, which has no other plugins; set executor to inline`,
      ),
    ),
  warn: (message) => process.emitWarning(message, "AtcWarning"),
};

/** A thread resolves the package itself: the conditions of its resolver are those of its own modules. */
async function createStore({ plugin, options }: StoreRef): Promise<ArrayStore> {
  const entry = pathToFileURL(createRequire(plugin.root).resolve(plugin.packageName)).href;
  const { create } = await loadPlugin({ ...plugin, entry });
  return (await create(options as never, threadHost)) as ArrayStore;
}

/** The datasets that a thread keeps open between its tasks. */
export interface ThreadDatasets {
  /**
   * Opens a dataset, or returns it if it is open. Another generation of it is closed first, so that the disk space of
   * its deleted files is freed.
   *
   * @throws ATC_REPLACED if the dataset was replaced or deleted since the caller opened it; what opening it throws
   */
  open(ref: DatasetRef): Promise<Dataset>;
  close(): void;
}

/** The generation number alone is not enough: a dataset that is deleted and rewritten starts from 1 again. */
function isSame(manifest: DatasetManifest, { generation, fingerprint, createdAt }: DatasetRef): boolean {
  return manifest.generation === generation && manifest.fingerprint === fingerprint && manifest.createdAt === createdAt;
}

async function openSame(ref: DatasetRef): Promise<Dataset> {
  const { dataset: name, generation } = ref;
  await using store = await createStore(ref.store);
  let cause: unknown;
  try {
    const dataset = await store.open(name, { generation });
    if (isSame(dataset.manifest, ref)) return dataset;
    dataset[Symbol.dispose]();
  } catch (error) {
    // The caller has it open, so it existed a moment ago.
    if (!isAtcError(error, "ATC_NOT_FOUND")) throw error;
    cause = error;
  }
  throw new AtcError("ATC_REPLACED", `the dataset "${name}" was replaced or deleted while it was read; run again`, {
    details: { name, generation },
    ...(cause === undefined ? {} : { cause }),
  });
}

/** Unmaps at once: tasks copy what they need out of the mapped views. */
function closeAll(datasets: readonly Dataset[]): void {
  for (const dataset of datasets) dataset[Symbol.dispose]();
  unmapDisposed();
}

/** The most datasets that a thread keeps open: each generation that a worker copied is one of its own. */
const mostOpen = 8;

/** The datasets of a thread; none is open at first. */
export function createThreadDatasets(): ThreadDatasets {
  const open = new Map<string, Dataset>();
  return {
    async open(ref) {
      const id = JSON.stringify([ref.store, ref.dataset]);
      const kept = open.get(id);
      if (kept !== undefined && isSame(kept.manifest, ref)) return kept;
      open.delete(id);
      const [oldest] = open.size < mostOpen ? [] : open.keys();
      const left = oldest === undefined ? undefined : open.get(oldest);
      if (oldest !== undefined) open.delete(oldest);
      const closing = [kept, left].filter((one) => one !== undefined);
      if (closing.length > 0) closeAll(closing);
      const dataset = await openSame(ref);
      open.set(id, dataset);
      return dataset;
    },
    close() {
      const all = [...open.values()];
      open.clear();
      closeAll(all);
    },
  };
}
