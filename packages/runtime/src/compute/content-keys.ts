import { createHash } from "node:crypto";
import type { DatasetManifest, SeriesExtent } from "@atc/contract";
import { datasetContent } from "@atc/plugin-kit";

/**
 * Makes what cache keys say of the rows of some symbols: their content, so that neither how they were read nor rows of other symbols matter. A dataset without
 * a content is told by its fingerprint, which the options of reading are part of. A symbol that the dataset lacks adds nothing: it has no result.
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
