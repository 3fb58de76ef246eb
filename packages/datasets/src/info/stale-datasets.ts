import type { ArrayStore, DatasetManifest } from "@atc/contract";
import { datasetHistory } from "./dataset-history.ts";
import { sourcePathOf } from "./dataset-source.ts";

/** A dataset that was not written for long. */
export interface StaleDataset {
  /** The name in the store. */
  readonly name: string;
  /** Bytes of all segments. */
  readonly bytes: number;
  /** When its newest generation was written, in ms since the epoch. */
  readonly writtenAt: number;
  /** Why it holds rows that cannot be read again from a file, as the end of a sentence; absent if they can. */
  readonly unique?: string;
}

/** Which datasets are stale. */
export interface StaleDatasetsOptions {
  /** Datasets that were written before this time, in ms since the epoch. */
  readonly writtenBefore: number;
  /** Whether a file exists. */
  readonly exists: (path: string) => Promise<boolean>;
}

/**
 * The datasets whose newest generation was written before a time, the oldest first. Datasets without a readable
 * manifest are left out: their age is not known.
 */
export async function staleDatasets(
  store: ArrayStore,
  { writtenBefore, exists }: StaleDatasetsOptions,
): Promise<readonly StaleDataset[]> {
  const found: StaleDataset[] = [];
  for (const name of await store.list()) {
    const manifest = await store.find(name).catch(() => undefined);
    if (manifest === undefined || manifest.createdAt >= writtenBefore) continue;
    const unique = await uniqueness(manifest, exists);
    const stale = { name, bytes: manifest.bytes, writtenAt: manifest.createdAt };
    found.push(unique === undefined ? stale : { ...stale, unique });
  }
  return found.sort((a, b) => a.writtenAt - b.writtenAt);
}

async function uniqueness(
  manifest: DatasetManifest,
  exists: StaleDatasetsOptions["exists"],
): Promise<string | undefined> {
  if (datasetHistory(manifest).length > 0) return "rows were appended to it";
  const path = sourcePathOf(manifest);
  if (path === undefined) return "it was not read from one file";
  return (await exists(path)) ? undefined : `its file "${path}" is gone`;
}
