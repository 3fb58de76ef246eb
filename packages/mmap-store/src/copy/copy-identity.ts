import { createHash } from "node:crypto";
import type { DatasetManifest } from "@atc/contract";
import { checkDatasetName } from "../manifest/dataset-directory.ts";
import type { StoredManifest } from "../manifest/stored-manifest.ts";

/** A generation of a dataset. */
export interface CopyIdentity extends Pick<DatasetManifest, "generation" | "fingerprint" | "createdAt"> {
  /** The name of the dataset. */
  readonly dataset: string;
}

/** 32 hexadecimal digits that name a generation among those of all datasets. */
export function identityDigest({ dataset, generation, fingerprint, createdAt }: CopyIdentity): string {
  checkDatasetName(dataset);
  const text = JSON.stringify([dataset, generation, fingerprint, createdAt]);
  return createHash("sha256").update(text).digest("hex").slice(0, 32);
}

/** Whether a manifest is that of a generation: the number alone is not enough, as it starts from 1 again. */
export function isOfIdentity(manifest: StoredManifest, { generation, fingerprint, createdAt }: CopyIdentity): boolean {
  return manifest.generation === generation && manifest.fingerprint === fingerprint && manifest.createdAt === createdAt;
}
