import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { fromSystemError, isAtcError } from "@atc/contract";
import { entriesOf, isSystemError } from "../base/file-system.ts";
import { parseManifestHead } from "./manifest.ts";
import type { StoredManifest } from "./stored-manifest.ts";

const keptName = /^manifest-(\d{1,15})\.json$/;

/** The file name of the manifest of a former generation. */
export function keptManifestName(generation: number): string {
  return `manifest-${generation}.json`;
}

/** The generation of a former manifest of this name; 0 if the file is none. */
export function keptGenerationOf(name: string): number {
  return Number(keptName.exec(name)?.[1] ?? 0);
}

/** A former generation that is still there, as its manifest says. */
export interface KeptGeneration {
  readonly generation: number;
  /** The file name of its manifest. */
  readonly file: string;
  /** Its segments; undefined if its manifest cannot be used. */
  readonly segments: readonly string[] | undefined;
}

/** The bytes of the manifest of a former generation; undefined if it is not there. */
export async function readKeptManifest(directory: string, generation: number): Promise<Buffer | undefined> {
  const path = join(directory, keptManifestName(generation));
  try {
    return await readFile(path);
  } catch (error) {
    if (isSystemError(error, "ENOENT", "ENOTDIR")) return undefined;
    throw fromSystemError(error, `cannot read "${path}"`, "check the disk and its permissions");
  }
}

/** Throws for a disk that cannot be read, so that nothing is removed that may be in use. */
async function segmentsOf(directory: string, generation: number): Promise<readonly string[] | undefined> {
  const bytes = await readKeptManifest(directory, generation);
  if (bytes === undefined) return undefined;
  let manifest: StoredManifest;
  try {
    manifest = parseManifestHead(bytes, join(directory, keptManifestName(generation)));
  } catch (error) {
    if (isAtcError(error, "ATC_CORRUPT_DATA") || isAtcError(error, "ATC_UNSUPPORTED")) return undefined;
    throw error;
  }
  return manifest.generation === generation ? manifest.segments.map(({ file }) => file) : undefined;
}

/** The former generations in `directory`, the newest first. */
export async function keptGenerations(directory: string): Promise<readonly KeptGeneration[]> {
  const generations = (await entriesOf(directory)).map(keptGenerationOf).filter((generation) => generation > 0);
  generations.sort((a, b) => b - a);
  const kept: KeptGeneration[] = [];
  for (const generation of generations)
    kept.push({ generation, file: keptManifestName(generation), segments: await segmentsOf(directory, generation) });
  return kept;
}
