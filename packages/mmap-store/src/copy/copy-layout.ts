import { keptManifestName } from "../manifest/kept-generations.ts";
import type { StoredSegment } from "../manifest/stored-manifest.ts";
import { type CopyIdentity, identityDigest } from "./copy-identity.ts";

/** Consecutive bytes of a segment under one key. */
export interface SegmentPiece {
  readonly key: string;
  /** The byte of the segment at which it begins. */
  readonly offset: number;
  readonly bytes: number;
}

/** The keys of the files of datasets in a place. */
export interface CopyLayout {
  /** The keys at which the manifest of a generation may be. */
  manifests(identity: CopyIdentity): readonly string[];
  /** The pieces of a segment, in order. */
  segment(dataset: string, segment: StoredSegment): readonly SegmentPiece[];
}

/** The files of a store. A dataset that is created again has other content under the same names. */
export const storeLayout: CopyLayout = {
  manifests: ({ dataset, generation }) => [`${dataset}/manifest.json`, `${dataset}/${keptManifestName(generation)}`],
  segment: (dataset, { file, bytes }) => [{ key: `${dataset}/${file}`, offset: 0, bytes }],
};

/** Bytes per object of a pushed segment: what a cut link sends again, and what a sender holds in memory. */
const pieceBytes = 16 * 2 ** 20;

/**
 * What was pushed. A key never gets other content: that of a manifest has the digest of its generation, and that of a
 * segment its checksum and size. So generations share the segments that they have in common.
 */
export const pushedLayout: CopyLayout = {
  manifests: (identity) => [`${identity.dataset}/manifest-${identity.generation}-${identityDigest(identity)}.json`],
  segment(dataset, { file, crc32, bytes }) {
    const folder = `${dataset}/${file.replace(/\.arrow$/, "")}-${crc32}-${bytes}`;
    return Array.from({ length: Math.ceil(bytes / pieceBytes) }, (_, index) => {
      const offset = index * pieceBytes;
      return { key: `${folder}/${index}`, offset, bytes: Math.min(pieceBytes, bytes - offset) };
    });
  },
};
