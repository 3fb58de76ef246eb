import type { StoredManifest, StoredPart, StoredSeries } from "./stored-manifest.ts";

/** A stored part, and the index of its first row within the series. */
export interface SeriesPart extends StoredPart {
  readonly seriesRow: number;
}

/** The parts of one series, in order, with the index of the first row of each. */
export function withSeriesRows(parts: readonly StoredPart[]): readonly SeriesPart[] {
  let seriesRow = 0;
  return parts.map((part) => {
    const result = { ...part, seriesRow };
    seriesRow += part.rows;
    return result;
  });
}

/**
 * The parts of a series of a manifest. Drops checksums if the manifest has no content, since they are not valid then.
 */
export function seriesParts({ content }: StoredManifest, { parts }: StoredSeries): readonly SeriesPart[] {
  if (content !== undefined) return withSeriesRows(parts);
  return withSeriesRows(parts).map(({ crc32: _, ...part }) => part);
}
