import { randomBytes } from "node:crypto";
import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { AtcError, fromSystemError } from "@atc/contract";
import { retryRefused } from "@atc/plugin-kit";
import { entriesOf, isSystemError, removeQuietly } from "../base/file-system.ts";
import { keptGenerationOf, keptGenerations } from "./kept-generations.ts";
import { parseManifest } from "./manifest.ts";
import { generationOf, isSegmentName } from "./segment-name.ts";
import type { StoredManifest } from "./stored-manifest.ts";

const datasetName = /^[A-Za-z0-9_-][A-Za-z0-9._-]{0,99}$/;

/** Whether `name` may name a dataset: `[A-Za-z0-9._-]`, 1 to 100 characters, not starting with a dot. */
export function isDatasetName(name: string): boolean {
  return datasetName.test(name);
}

/** Throws ATC_INVALID_ARGUMENT unless `name` may name a dataset, so that no name leads out of the store's directory. */
export function checkDatasetName(name: string): void {
  if (typeof name === "string" && isDatasetName(name)) return;
  throw new AtcError(
    "ATC_INVALID_ARGUMENT",
    `"${String(name)}" cannot name a dataset; use 1 to 100 of the characters A-Z a-z 0-9 . _ - and no leading dot`,
    { details: { name: String(name) } },
  );
}

/** A name that no other process uses: the process id and 64 random bits. */
export function uniqueToken(): string {
  return `${process.pid}-${randomBytes(8).toString("hex")}`;
}

export function manifestPath(directory: string): string {
  return join(directory, "manifest.json");
}

/** The bytes of the manifest in `directory`, or undefined if there is none. */
export async function readManifestBytes(directory: string): Promise<Buffer | undefined> {
  const path = manifestPath(directory);
  try {
    // While it is replaced, Windows may refuse to open it.
    return await retryRefused(() => readFile(path));
  } catch (error) {
    if (isSystemError(error, "ENOENT", "ENOTDIR")) return undefined;
    throw fromSystemError(error, `cannot read "${path}"`, "check the disk and its permissions");
  }
}

/** The bytes of the manifest of the dataset `name`. Throws ATC_NOT_FOUND if there is none. */
export async function manifestBytes(name: string, directory: string): Promise<Buffer> {
  const bytes = await readManifestBytes(directory);
  if (bytes !== undefined) return bytes;
  throw new AtcError(
    "ATC_NOT_FOUND",
    `there is no dataset "${name}": "${manifestPath(directory)}" does not exist; ingest it first`,
    { details: { dataset: name } },
  );
}

/** The manifest of the dataset in `directory`, or undefined if there is none. */
export async function readManifest(directory: string): Promise<StoredManifest | undefined> {
  const bytes = await readManifestBytes(directory);
  return bytes === undefined ? undefined : parseManifest(bytes, manifestPath(directory));
}

/**
 * Removes files that no manifest names: leftovers of dead writers and segments of earlier generations. Of the former
 * generations, the newest `keep` stay, unless the dataset itself is gone. The caller must hold the lock.
 */
export async function removeLeftovers(directory: string, token: string, keep: number): Promise<void> {
  let needed: NeededFiles | undefined;
  try {
    needed = await neededFiles(directory, keep);
  } catch {
    // A manifest that cannot be read may belong to a newer version: its segments stay.
  }
  // A former manifest goes before its segments, so that no reader finds one without them.
  for (const file of needed?.obsolete ?? []) await removeQuietly(join(directory, file));
  for (const entry of await entriesOf(directory)) {
    const isTemporary = /^\.(tmp|scratch|lock)-/.test(entry) && !entry.includes(token);
    const isUnreferenced = needed !== undefined && isSegmentName(entry) && !needed.segments.has(entry);
    if (isTemporary || isUnreferenced) await removeQuietly(join(directory, entry));
  }
}

/** What of a dataset's directory is in use. */
interface NeededFiles {
  /** The segments of the newest generation, and those of the former ones that stay. */
  readonly segments: ReadonlySet<string>;
  /** Manifests of former generations that do not stay. */
  readonly obsolete: readonly string[];
}

async function neededFiles(directory: string, keep: number): Promise<NeededFiles> {
  const newest = await readManifest(directory);
  const segments = new Set(newest?.segments.map(({ file }) => file));
  const obsolete: string[] = [];
  let left = newest === undefined ? 0 : keep;
  for (const kept of await keptGenerations(directory)) {
    // A crash before the newest manifest got its name leaves a copy of the one that it would have replaced.
    const isFormer = newest !== undefined && kept.generation < newest.generation && kept.segments !== undefined;
    if (isFormer && left > 0) {
      left--;
      for (const file of kept.segments) segments.add(file);
    } else obsolete.push(kept.file);
  }
  return { segments, obsolete };
}

/** The highest generation of any segment or former manifest in `directory`; 0 if there is none. */
export async function highestGeneration(directory: string): Promise<number> {
  const generations = (await entriesOf(directory)).map((entry) =>
    Math.max(generationOf(entry), keptGenerationOf(entry)),
  );
  return generations.reduce((highest, generation) => Math.max(highest, generation), 0);
}
