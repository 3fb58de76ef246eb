import type { AtcConfig } from "@atc/config";
import type { Dataset, DatasetManifest } from "@atc/contract";
import { AtcError, isAtcError } from "@atc/contract";
import { mmapStore, unmapDisposed } from "@atc/mmap-store";

/** A dataset that a thread opens for itself: the very one that whoever submits the task has open. */
export interface DatasetRef extends Pick<DatasetManifest, "generation" | "fingerprint" | "createdAt"> {
  /** Folder of the datasets, absolute. */
  readonly dataDir: string;
  /** Whether segments are mapped if that works. */
  readonly mapped: boolean;
  /** The dataset. */
  readonly dataset: string;
}

/** What a task is told of the caller's dataset. */
export function datasetRef({ dataDir, useMemoryMapped: mapped }: AtcConfig, manifest: DatasetManifest): DatasetRef {
  const { name: dataset, generation, fingerprint, createdAt } = manifest;
  return { dataDir, mapped, dataset, generation, fingerprint, createdAt };
}

/** The datasets that a thread keeps open between tasks. */
export interface ThreadDatasets {
  /**
   * Opens a dataset, or gives the one that is open. Another generation of it is closed first, so that its files give back their disk space.
   *
   * @throws ATC_REPLACED if the dataset is no longer the caller's, or was deleted; what opening it throws
   */
  open(ref: DatasetRef): Promise<Dataset>;
  /** Closes all. */
  close(): void;
}

/** A generation number alone does not tell: a dataset that is deleted and written again starts from 1. */
function isSame(manifest: DatasetManifest, { generation, fingerprint, createdAt }: DatasetRef): boolean {
  return manifest.generation === generation && manifest.fingerprint === fingerprint && manifest.createdAt === createdAt;
}

async function openSame(ref: DatasetRef): Promise<Dataset> {
  const { dataDir, mapped, dataset: name, generation } = ref;
  await using store = mmapStore({ directory: dataDir, backend: mapped ? "auto" : "read" });
  let cause: unknown;
  try {
    const dataset = await store.open(name);
    if (isSame(dataset.manifest, ref)) return dataset;
    dataset[Symbol.dispose]();
  } catch (error) {
    // The caller has it open, so it was there a moment ago.
    if (!isAtcError(error, "ATC_NOT_FOUND")) throw error;
    cause = error;
  }
  throw new AtcError("ATC_REPLACED", `the dataset "${name}" was replaced or deleted while it was read; run again`, {
    details: { name, generation },
    ...(cause === undefined ? {} : { cause }),
  });
}

/** Tasks copy out of their views, so none is read any more. */
function closeAll(datasets: readonly Dataset[]): void {
  for (const dataset of datasets) dataset[Symbol.dispose]();
  unmapDisposed();
}

/** Datasets of this thread, none open yet. */
export function createThreadDatasets(): ThreadDatasets {
  const open = new Map<string, Dataset>();
  return {
    async open(ref) {
      const id = JSON.stringify([ref.dataDir, ref.dataset, ref.mapped]);
      const kept = open.get(id);
      if (kept !== undefined && isSame(kept.manifest, ref)) return kept;
      open.delete(id);
      if (kept !== undefined) closeAll([kept]);
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
