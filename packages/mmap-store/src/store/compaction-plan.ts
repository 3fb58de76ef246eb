import type { GenerationPlan } from "../generation/generation-plan.ts";
import { retainedSegments } from "../generation/retained-segments.ts";
import { type SeriesPart, seriesParts } from "../manifest/series-part.ts";
import type { StoredManifest, StoredSegment } from "../manifest/stored-manifest.ts";
import { type PlannedPart, planSegments, type SegmentPlan } from "../segment/segment-plan.ts";

/**
 * The generation after a compaction. Undefined if the dataset has a content and compaction would remove neither
 * segments nor superseded rows.
 */
export function compactedGeneration(
  stored: StoredManifest,
  base: Uint8Array,
  segmentBytes: number,
): GenerationPlan | undefined {
  const whole = new Map(stored.series.map((series) => [series.symbol, seriesParts(stored, series)]));
  const lengths = [...whole].map(([symbol, parts]) => ({
    symbol,
    rows: parts.reduce((sum, { rows }) => sum + rows, 0),
  }));
  const ideal = planSegments(stored.columns, lengths, segmentBytes);
  const isCut = stored.segments.some(({ superseded }) => superseded !== undefined);
  if (stored.content !== undefined && !isCut && ideal.segments.length >= stored.segments.length) return undefined;
  const { columns, kind, fingerprint, attributes, timeIs } = stored;
  const { kept, written } = unchangedAndChanged(stored.segments, whole, ideal);
  return {
    columns,
    kind,
    fingerprint,
    attributes,
    timeIs,
    series: [],
    retained: retainedSegments(stored.segments, kept),
    written,
    base,
  };
}

/** Divides the ideal layout into segments that exist already, row for row, and segments to write. */
function unchangedAndChanged(
  segments: readonly StoredSegment[],
  stored: ReadonlyMap<string, readonly SeriesPart[]>,
  ideal: SegmentPlan,
): { readonly kept: ReadonlyMap<string, readonly SeriesPart[]>; readonly written: SegmentPlan } {
  const contents = contentsOf(segments.length, stored);
  const known = new Set(contents.filter((_, i) => segments[i]?.superseded === undefined));
  const idealContents = contentsOf(ideal.segments.length, ideal.parts);
  const isIdeal = new Set(idealContents);
  const places = new Map<number, number>();
  for (const [index, content] of idealContents.entries()) if (!known.has(content)) places.set(index, places.size);
  const kept = new Map<string, readonly SeriesPart[]>();
  for (const [symbol, parts] of stored)
    kept.set(
      symbol,
      parts.filter(
        ({ segment }) => segments[segment]?.superseded === undefined && isIdeal.has(contents[segment] ?? ""),
      ),
    );
  const parts = new Map<string, readonly PlannedPart[]>();
  for (const [symbol, list] of ideal.parts) {
    const changed = list.filter(({ segment }) => places.has(segment));
    if (changed.length > 0)
      parts.set(
        symbol,
        changed.map((part) => ({ ...part, segment: places.get(part.segment) ?? 0 })),
      );
  }
  return { kept, written: { segments: ideal.segments.filter((_, i) => places.has(i)), parts } };
}

/** One string per segment that identifies the rows it holds: symbols, row indices and lengths in order. */
function contentsOf(count: number, series: ReadonlyMap<string, readonly (SeriesPart | PlannedPart)[]>): string[] {
  const rows: { readonly row: number; readonly text: string }[][] = Array.from({ length: count }, () => []);
  for (const [symbol, parts] of series)
    for (const { segment, row, rows: length, seriesRow } of parts)
      rows[segment]?.push({ row, text: JSON.stringify([symbol, seriesRow, length]) });
  return rows.map((list) =>
    list
      .sort((a, b) => a.row - b.row)
      .map(({ text }) => text)
      .join(),
  );
}
