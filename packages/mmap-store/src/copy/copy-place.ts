import { join } from "node:path";
import { AtcError, type ByteStore } from "@atc/contract";
import { parseManifest } from "../manifest/manifest.ts";
import type { StoredManifest } from "../manifest/stored-manifest.ts";
import { type CopyIdentity, identityDigest, isOfIdentity } from "./copy-identity.ts";
import { type CopyLayout, pushedLayout, storeLayout } from "./copy-layout.ts";

/** The place of the files of datasets. */
export interface CopySource extends Pick<ByteStore, "get" | "getRange"> {
  /** The place, for messages. */
  readonly place: string;
  /**
   * What the keys are: the paths of the files in the folder of a `store`, or those that `pushDataset` writes. Default:
   * `store`.
   */
  readonly layout?: "store" | "pushed" | undefined;
  /** What to do about a damaged segment, for messages. Default: to verify the dataset at the place. */
  readonly remedy?: ((dataset: string) => string) | undefined;
}

/** The layout of a source. */
export function layoutOf({ layout }: CopySource): CopyLayout {
  return layout === "pushed" ? pushedLayout : storeLayout;
}

/** The directory of a store that has this generation only, so that nothing in it is ever replaced. */
export function copyDirectory(root: string, identity: CopyIdentity): string {
  return join(root, identityDigest(identity));
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
  for (const key of layoutOf(source).manifests(identity)) {
    const bytes = await source.get(key, signal === undefined ? {} : { signal });
    if (bytes === undefined) continue;
    const manifest = parseManifest(bytes, `${source.place}/${key}`);
    if (isOfIdentity(manifest, identity)) return { bytes, manifest };
  }
  throw replaced(identity, source.place);
}
