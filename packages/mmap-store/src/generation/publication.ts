import { dirname, join } from "node:path";
import { AtcError, isAtcError } from "@atc/contract";
import { moveFile, syncFolder } from "@atc/plugin-kit";
import { writeDurably } from "../base/file-system.ts";
import {
  highestGeneration,
  manifestPath,
  readManifest,
  readManifestBytes,
  removeLeftovers,
} from "../manifest/dataset-directory.ts";
import { keptManifestName } from "../manifest/kept-generations.ts";
import { formatManifest, parseManifestHead } from "../manifest/manifest.ts";
import { segmentFile } from "../manifest/segment-name.ts";
import type { StoredManifest } from "../manifest/stored-manifest.ts";
import type { GenerationFiles } from "./generation-files.ts";

/** The files of a generation to publish. */
export interface Publication {
  readonly name: string;
  /** The directory of the dataset. */
  readonly directory: string;
  /** The directory of the files until they get their final names. */
  readonly temporary: string;
  /** The token of the lock. */
  readonly token: string;
  /** How many former generations stay. */
  readonly keep: number;
  readonly files: GenerationFiles;
  /** The bytes of the manifest that the new one extends; undefined if it replaces the dataset. */
  readonly base: Uint8Array | undefined;
}

/**
 * The number of the next generation. A damaged manifest may be replaced; one of a newer format may not.
 *
 * @throws ATC_UNSUPPORTED for a newer format.
 */
export async function nextGeneration(directory: string): Promise<number> {
  let generation = 0;
  try {
    generation = (await readManifest(directory))?.generation ?? 0;
  } catch (error) {
    if (!isAtcError(error, "ATC_CORRUPT_DATA")) throw error;
  }
  return 1 + Math.max(generation, await highestGeneration(directory));
}

/**
 * Gives the finished files their final names, then replaces the manifest by the one that `manifestOf` returns. A crash
 * at any point leaves the previous generation or the new one.
 *
 * @throws ATC_INVALID_ARGUMENT if another writer under the same lock published since this one began to extend the
 * dataset.
 */
export async function publishFiles(
  { name, directory, temporary, token, keep, files, base }: Publication,
  manifestOf: (generation: number) => StoredManifest,
): Promise<StoredManifest> {
  if (base !== undefined && (await readManifestBytes(directory))?.equals(base) !== true)
    throw new AtcError(
      "ATC_INVALID_ARGUMENT",
      `cannot publish dataset "${name}": another writer published it since this one began; start again`,
      { details: { dataset: name } },
    );
  const generation = await nextGeneration(directory);
  const manifest = manifestOf(generation);
  try {
    await syncFolder(temporary);
    for (const [index, path] of files.paths().entries())
      await moveFile(path, join(directory, segmentFile(generation, index)));
    await syncFolder(directory);
    const next = join(temporary, "manifest.json");
    await writeDurably(next, formatManifest(manifest));
    if (keep > 0) await keepFormer(directory, temporary, manifest);
    await moveFile(next, manifestPath(directory));
    await syncFolder(directory);
    await syncFolder(dirname(directory));
    return manifest;
  } finally {
    await removeLeftoversQuietly(directory, token, keep);
  }
}

/**
 * Copies the manifest that `next` replaces, so that its generation can still be opened. One with the same rows is not
 * worth its disk space.
 */
async function keepFormer(directory: string, temporary: string, next: StoredManifest): Promise<void> {
  const bytes = await readManifestBytes(directory);
  if (bytes === undefined) return;
  let former: StoredManifest;
  try {
    former = parseManifestHead(bytes, manifestPath(directory));
  } catch {
    // A damaged manifest is replaced for good.
    return;
  }
  if (former.content !== undefined && former.content === next.content) return;
  const copy = join(temporary, keptManifestName(former.generation));
  await writeDurably(copy, bytes);
  await moveFile(copy, join(directory, keptManifestName(former.generation)));
}

/** Removes earlier generations after a publication, or the renamed segments of one that failed. */
async function removeLeftoversQuietly(directory: string, token: string, keep: number): Promise<void> {
  try {
    await removeLeftovers(directory, token, keep);
  } catch {
    // The next lock tries again.
  }
}
