import { createHash } from "node:crypto";
import { join } from "node:path";
import { AtcError, type ByteStore, type DatasetManifest } from "@atc/contract";
import { checkDatasetName } from "../manifest/dataset-directory.ts";
import { keptManifestName } from "../manifest/kept-generations.ts";
import { parseManifest } from "../manifest/manifest.ts";
import type { StoredManifest } from "../manifest/stored-manifest.ts";

/** The place of the files of datasets: the keys are their paths in the folder of a store. */
export interface CopySource extends Pick<ByteStore, "get" | "getRange"> {
  /** The place, for messages. */
  readonly place: string;
}

/** A generation of a dataset. */
export interface CopyIdentity extends Pick<DatasetManifest, "generation" | "fingerprint" | "createdAt"> {
  /** The name of the dataset. */
  readonly dataset: string;
}

/** The directory of a store that has this generation only, so that nothing in it is ever replaced. */
export function copyDirectory(root: string, { dataset, generation, fingerprint, createdAt }: CopyIdentity): string {
  checkDatasetName(dataset);
  const text = JSON.stringify([dataset, generation, fingerprint, createdAt]);
  return join(root, createHash("sha256").update(text).digest("hex").slice(0, 32));
}

/** Whether a manifest is that of a generation: the number alone is not enough, as it starts from 1 again. */
export function isOfIdentity(manifest: StoredManifest, { generation, fingerprint, createdAt }: CopyIdentity): boolean {
  return manifest.generation === generation && manifest.fingerprint === fingerprint && manifest.createdAt === createdAt;
}

/** The error of a generation that a source no longer has. */
export function replaced({ dataset, generation }: CopyIdentity, place: string): AtcError {
  return new AtcError(
    "ATC_REPLACED",
    `"${place}" has other content of the dataset "${dataset}" than generation ${generation} of the submitter; run again`,
    { details: { name: dataset, generation } },
  );
}

/** A manifest of a source. */
export interface FetchedManifest {
  readonly bytes: Uint8Array;
  readonly manifest: StoredManifest;
}

/**
 * The manifest of a generation, from its source: that of the newest generation, or of a former one that is kept.
 *
 * @throws ATC_REPLACED if the source does not have this generation; ATC_CORRUPT_DATA, ATC_UNSUPPORTED; what the source
 * throws
 */
export async function fetchManifest(
  source: CopySource,
  identity: CopyIdentity,
  signal: AbortSignal | undefined,
): Promise<FetchedManifest> {
  for (const file of ["manifest.json", keptManifestName(identity.generation)]) {
    const key = `${identity.dataset}/${file}`;
    const bytes = await source.get(key, signal === undefined ? {} : { signal });
    if (bytes === undefined) continue;
    const manifest = parseManifest(bytes, `${source.place}/${key}`);
    if (isOfIdentity(manifest, identity)) return { bytes, manifest };
  }
  throw replaced(identity, source.place);
}
