import type { SeriesPart } from "../manifest/series-part.ts";
import type { StoredSegment } from "../manifest/stored-manifest.ts";

/**
 * What a new generation keeps of the previous one: files that are not written again, and the rows of each symbol in
 * them.
 */
export interface RetainedSegments {
  readonly segments: readonly StoredSegment[];
  /** The parts of each symbol in row order. */
  readonly parts: ReadonlyMap<string, readonly SeriesPart[]>;
}

/** What a generation keeps that is written from scratch. */
export const nothingRetained: RetainedSegments = { segments: [], parts: new Map() };

/** The segments that hold `parts`. Their other rows are counted as superseded. */
export function retainedSegments(
  segments: readonly StoredSegment[],
  parts: ReadonlyMap<string, readonly SeriesPart[]>,
): RetainedSegments {
  const used = new Float64Array(segments.length);
  for (const list of parts.values()) for (const { segment, rows } of list) used[segment] = (used[segment] ?? 0) + rows;
  const places = new Map<number, number>();
  const kept: StoredSegment[] = [];
  for (const [index, { superseded: _, ...segment }] of segments.entries()) {
    const rows = used[index] ?? 0;
    if (rows === 0) continue;
    places.set(index, kept.length);
    kept.push(rows === segment.rows ? segment : { ...segment, superseded: segment.rows - rows });
  }
  const renumbered = new Map<string, readonly SeriesPart[]>();
  for (const [symbol, list] of parts) {
    if (list.length === 0) continue;
    renumbered.set(
      symbol,
      list.map((part) => ({ ...part, segment: places.get(part.segment) ?? 0 })),
    );
  }
  return { segments: kept, parts: renumbered };
}
