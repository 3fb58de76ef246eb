import { createHash } from "node:crypto";
import type { DatasetManifest, SeriesExtent } from "@atc/contract";
import { datasetContent } from "@atc/plugin-kit";

/**
 * Makes the part of a cache key that identifies the rows of some symbols. It is their content, so neither the way they
 * were read nor the rows of other symbols matter. A dataset without `content` is identified by its fingerprint, which
 * includes the options of reading. A symbol that the dataset does not have adds nothing, as it has no result.
 */
export function contentKeys(manifest: DatasetManifest): (symbols: readonly string[]) => string {
  const { content, fingerprint, schema } = manifest;
  if (content === undefined) return () => `fingerprint:${fingerprint}`;
  let extents: ReadonlyMap<string, SeriesExtent> | undefined;
  return (symbols) => {
    extents ??= new Map(manifest.series.map((extent) => [extent.symbol, extent]));
    const own = symbols.flatMap((symbol) => extents?.get(symbol) ?? []);
    return `content:${datasetContent(schema, own, sha256)}`;
  };
}

function sha256(text: string): string {
  return createHash("sha256").update(text).digest("hex");
}
