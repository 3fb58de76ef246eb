import type { StoredManifest, StoredPart, StoredSeries } from "./stored-manifest.ts";

/** A part with its first row within the series. */
export interface SeriesPart extends StoredPart {
  readonly seriesRow: number;
}

/** Parts with their first rows within the series. */
export function withSeriesRows(parts: readonly StoredPart[]): readonly SeriesPart[] {
  let seriesRow = 0;
  return parts.map((part) => {
    const result = { ...part, seriesRow };
    seriesRow += part.rows;
    return result;
  });
}

/** The parts of a series of a manifest, with their first rows. Checksums that a manifest without a content has hold for nothing, and go. */
export function seriesParts({ content }: StoredManifest, { parts }: StoredSeries): readonly SeriesPart[] {
  if (content !== undefined) return withSeriesRows(parts);
  return withSeriesRows(parts).map(({ crc32: _, ...part }) => part);
}
