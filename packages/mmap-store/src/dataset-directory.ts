import { randomBytes } from "node:crypto";
import { mkdir, open, readdir, readFile, readlink, rm, stat, unlink } from "node:fs/promises";
import { dirname, join } from "node:path";
import { AtcError, absentOnly, fromSystemError } from "@atc/contract";
import { makeFolders } from "@atc/plugin-kit";
import { parseManifest } from "./manifest.ts";
import type { StoredManifest } from "./stored-manifest.ts";

const datasetName = /^[A-Za-z0-9_-][A-Za-z0-9._-]{0,99}$/;
const segmentName = /^seg-(\d+)-\d+\.arrow$/;

/** Whether `name` may name a dataset: `[A-Za-z0-9._-]`, 1 to 100 characters, not starting with a dot. */
export function isDatasetName(name: string): boolean {
  return datasetName.test(name);
}

/** Whether a file of this name is a segment. */
export function isSegmentName(name: string): boolean {
  return segmentName.test(name);
}

/** Throws ATC_INVALID_ARGUMENT for a name that no dataset can have, so that no name leads out of the store's directory. */
export function checkDatasetName(name: string): void {
  if (typeof name === "string" && isDatasetName(name)) return;
  throw new AtcError(
    "ATC_INVALID_ARGUMENT",
    `"${String(name)}" cannot name a dataset; use 1 to 100 of the characters A-Z a-z 0-9 . _ - and no dot in front`,
    { details: { name: String(name) } },
  );
}

/** A name that no other process uses: the process id and 64 random bits. */
export function uniqueToken(): string {
  return `${process.pid}-${randomBytes(8).toString("hex")}`;
}

/** The path of a dataset's manifest. */
export function manifestPath(directory: string): string {
  return join(directory, "manifest.json");
}

/** The bytes of the manifest in `directory`, or undefined where there is none. */
export async function readManifestBytes(directory: string): Promise<Buffer | undefined> {
  const path = manifestPath(directory);
  try {
    return await readFile(path);
  } catch (error) {
    if (isSystemError(error, "ENOENT", "ENOTDIR")) return undefined;
    throw fromSystemError(error, `cannot read "${path}"`, "check the disk and its permissions");
  }
}

/** The bytes of the manifest of the dataset `name`; ATC_NOT_FOUND where there is none. */
export async function manifestBytes(name: string, directory: string): Promise<Buffer> {
  const bytes = await readManifestBytes(directory);
  if (bytes !== undefined) return bytes;
  throw new AtcError(
    "ATC_NOT_FOUND",
    `there is no dataset "${name}": "${manifestPath(directory)}" does not exist; ingest it first`,
    { details: { dataset: name } },
  );
}

/** The manifest of the dataset in `directory`, or undefined where there is none. */
export async function readManifest(directory: string): Promise<StoredManifest | undefined> {
  const bytes = await readManifestBytes(directory);
  return bytes === undefined ? undefined : parseManifest(bytes, manifestPath(directory));
}

/** Removes what no manifest refers to: leftovers of writers that died and segments of former generations. The caller holds the dataset's lock. */
export async function removeLeftovers(directory: string, token: string): Promise<void> {
  let referenced: ReadonlySet<string> | undefined;
  try {
    referenced = new Set((await readManifest(directory))?.segments.map(({ file }) => file));
  } catch {
    // A manifest that cannot be read may belong to a newer version: its segments stay.
  }
  for (const entry of await entriesOf(directory)) {
    const isTemporary = /^\.(tmp|scratch|lock)-/.test(entry) && !entry.includes(token);
    const isUnreferenced = referenced !== undefined && isSegmentName(entry) && !referenced.has(entry);
    if (isTemporary || isUnreferenced) await removeQuietly(join(directory, entry));
  }
}

/** The highest generation that any segment file in `directory` belongs to; 0 where there is none. */
export async function highestGeneration(directory: string): Promise<number> {
  const generations = (await entriesOf(directory)).map((entry) => Number(segmentName.exec(entry)?.[1] ?? 0));
  return generations.reduce((highest, generation) => Math.max(highest, generation), 0);
}

/** The names in a directory; none where it does not exist. */
export async function entriesOf(directory: string): Promise<readonly string[]> {
  try {
    return await readdir(directory);
  } catch (error) {
    if (isSystemError(error, "ENOENT", "ENOTDIR")) return [];
    throw fromSystemError(error, `cannot list "${directory}"`, "check the disk and its permissions");
  }
}

/** Makes names in a directory durable. Windows cannot do that for a directory; there it is left to the file system. */
export async function syncDirectory(directory: string): Promise<void> {
  if (process.platform === "win32") return;
  const handle = await open(directory, "r");
  try {
    await handle.sync();
  } finally {
    await handle.close();
  }
}

/** Removes a file or directory where the system lets us: Windows refuses while it is mapped, and the next lock tries again. */
export async function removeQuietly(path: string): Promise<void> {
  try {
    await rm(path, { recursive: true, force: true });
  } catch {
    // The next lock tries again.
  }
}

/** Removes a file; one that is not there is fine. */
export async function unlinkIfThere(path: string): Promise<void> {
  try {
    await unlink(path);
  } catch (error) {
    if (!isSystemError(error, "ENOENT")) throw error;
  }
}

/** Whether `error` is Node's error for one of the system's codes. */
export function isSystemError(error: unknown, ...codes: readonly string[]): boolean {
  return error instanceof Error && "code" in error && codes.includes(String(error.code));
}

/** Creates a directory and those above it. */
export async function makeDirectories(directory: string): Promise<void> {
  await makeFolders(directory, { mkdir, stat, readlink, dirname });
}

/** Whether there is something at `path`. What cannot be looked at is not taken for absent: its error is thrown. */
export async function exists(path: string): Promise<boolean> {
  try {
    return (await stat(path).catch(absentOnly)) !== undefined;
  } catch (error) {
    throw fromSystemError(error, `cannot look for "${path}"`, "check the disk and its permissions");
  }
}
