import type { StoredManifest, StoredPart, StoredSegment, StoredSeries } from "./stored-manifest.ts";

/** A part with its first row within the series. */
export interface PlacedPart extends StoredPart {
  readonly seriesRow: number;
}

/** What a new generation takes over from the former one: files that are not written again, and the rows of each symbol in them. */
export interface KeptRows {
  readonly segments: readonly StoredSegment[];
  /** The parts of each symbol in row order. */
  readonly parts: ReadonlyMap<string, readonly PlacedPart[]>;
}

/** What a generation that is written as a whole takes over. */
export const nothingKept: KeptRows = { segments: [], parts: new Map() };

/** Segments that hold none of `parts` are left out, and those that hold other rows besides tell how many. */
export function keptRows(
  segments: readonly StoredSegment[],
  parts: ReadonlyMap<string, readonly PlacedPart[]>,
): KeptRows {
  const used = new Float64Array(segments.length);
  for (const list of parts.values())
    for (const { segment, rows } of list) used[segment] = (used[segment] as number) + rows;
  const places = new Map<number, number>();
  const kept: StoredSegment[] = [];
  for (const [index, { superseded: _, ...segment }] of segments.entries()) {
    const rows = used[index] as number;
    if (rows === 0) continue;
    places.set(index, kept.length);
    kept.push(rows === segment.rows ? segment : { ...segment, superseded: segment.rows - rows });
  }
  const renumbered = new Map<string, readonly PlacedPart[]>();
  for (const [symbol, list] of parts) {
    if (list.length === 0) continue;
    renumbered.set(
      symbol,
      list.map((part) => ({ ...part, segment: places.get(part.segment) as number })),
    );
  }
  return { segments: kept, parts: renumbered };
}

/** Parts with their first rows within the series. */
export function placed(parts: readonly StoredPart[]): readonly PlacedPart[] {
  let seriesRow = 0;
  return parts.map((part) => {
    const result = { ...part, seriesRow };
    seriesRow += part.rows;
    return result;
  });
}

/** The parts of a series of a manifest, with their first rows. Checksums that a manifest without a content has hold for nothing, and go. */
export function partsOf({ content }: StoredManifest, { parts }: StoredSeries): readonly PlacedPart[] {
  if (content !== undefined) return placed(parts);
  return placed(parts).map(({ crc32: _, ...part }) => part);
}
