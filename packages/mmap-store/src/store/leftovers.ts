import { stat } from "node:fs/promises";
import { join } from "node:path";
import { absentOnly } from "@atc/contract";
import { entriesOf } from "../base/file-system.ts";
import { retryCleanup } from "../lock/dataset-lock.ts";
import { isDatasetName, readManifest } from "../manifest/dataset-directory.ts";
import { keptGenerations } from "../manifest/kept-generations.ts";
import { isSegmentName } from "../manifest/segment-name.ts";

/** Segments that no generation of a dataset needs, but the system does not remove. */
export interface DatasetLeftovers {
  /** The dataset; it may be deleted. */
  readonly dataset: string;
  /** Number of segments. */
  readonly files: number;
  /** Their size. */
  readonly bytes: number;
}

/**
 * Removes the segments of former generations and of deleted datasets in the directory of a store, and lists what the
 * system did not let go: Windows keeps files that a program still maps or has open. Datasets that a writer has locked
 * are left out. Never fails because of a single dataset.
 */
export async function freeLeftovers(directory: string): Promise<readonly DatasetLeftovers[]> {
  const found: DatasetLeftovers[] = [];
  for (const dataset of (await entriesOf(directory)).filter(isDatasetName).sort()) {
    const folder = join(directory, dataset);
    try {
      const needed = new Set((await readManifest(folder))?.segments.map(({ file }) => file));
      for (const { segments = [] } of await keptGenerations(folder)) for (const file of segments) needed.add(file);
      await retryCleanup(dataset, folder, needed);
      const entries = await entriesOf(folder);
      if (entries.includes("LOCK")) continue;
      const left = entries.filter((entry) => isSegmentName(entry) && !needed.has(entry));
      if (left.length === 0) continue;
      const states = await Promise.all(left.map((entry) => stat(join(folder, entry)).catch(absentOnly)));
      found.push({ dataset, files: left.length, bytes: states.reduce((sum, state) => sum + (state?.size ?? 0), 0) });
    } catch {
      // A damaged manifest, or one of a newer version, names files that are not known: nothing is a leftover.
    }
  }
  return found;
}
