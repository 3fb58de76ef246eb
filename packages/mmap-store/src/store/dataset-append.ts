import { type AppendPlan, AtcError, type SeriesAppend } from "@atc/contract";
import type { GenerationPlan } from "../generation/generation-plan.ts";
import { truncatePart } from "../generation/part-truncation.ts";
import { retainedSegments } from "../generation/retained-segments.ts";
import { manifestBytes, manifestPath } from "../manifest/dataset-directory.ts";
import { parseManifest } from "../manifest/manifest.ts";
import { type SeriesPart, seriesParts } from "../manifest/series-part.ts";
import type { StoredManifest, StoredSegment } from "../manifest/stored-manifest.ts";
import { planSegments } from "../segment/segment-plan.ts";
import { isSymbol } from "./dataset-plan.ts";

/**
 * The next generation of the dataset in `directory`. Its segments stay, without the rows that the plan replaces, and
 * the rows of the plan go to new segments.
 */
export async function appendedGeneration(
  name: string,
  directory: string,
  plan: AppendPlan,
  segmentBytes: number,
): Promise<GenerationPlan> {
  const base = await manifestBytes(name, directory);
  const stored = parseManifest(base, manifestPath(directory));
  const lengths = lengthsOf(stored);
  const appends = checkedAppends(name, plan, lengths);
  const parts = new Map<string, readonly SeriesPart[]>();
  const kept = (symbol: string): number => appends.get(symbol)?.keepRows ?? lengths.get(symbol) ?? 0;
  for (const series of stored.series)
    parts.set(
      series.symbol,
      await firstRows(name, directory, stored, seriesParts(stored, series), kept(series.symbol)),
    );
  const added = [...appends.values()].filter(({ rows }) => rows > 0);
  if (added.length === 0 && [...parts.values()].every((list) => list.length === 0))
    throw refusal(name, "no row would be left; delete the dataset instead");
  return {
    kind: stored.kind,
    columns: stored.columns,
    fingerprint: plan.fingerprint,
    attributes: stored.attributes,
    timeIs: stored.timeIs,
    series: [...appends.values()].map(({ symbol, rows }) => ({
      symbol,
      rows: kept(symbol) + rows,
      kept: kept(symbol),
    })),
    retained: retainedSegments(stored.segments, parts),
    written: planSegments(
      stored.columns,
      added.map(({ symbol, rows }) => ({ symbol, rows, firstRow: kept(symbol) })),
      segmentBytes,
    ),
    base,
  };
}

function refusal(name: string, what: string): AtcError {
  return new AtcError("ATC_INVALID_ARGUMENT", `cannot append to dataset "${name}": ${what}`, {
    details: { dataset: name },
  });
}

function lengthsOf({ series }: StoredManifest): ReadonlyMap<string, number> {
  return new Map(series.map(({ symbol, parts }) => [symbol, parts.reduce((sum, { rows }) => sum + rows, 0)]));
}

function checkedAppends(
  name: string,
  { fingerprint, series }: AppendPlan,
  lengths: ReadonlyMap<string, number>,
): ReadonlyMap<string, SeriesAppend> {
  if (typeof fingerprint !== "string") throw refusal(name, "its fingerprint is not a string");
  const appends = new Map<string, SeriesAppend>();
  for (const append of series) {
    const { symbol, rows, keepRows = 0 } = append;
    const length = lengths.get(symbol) ?? 0;
    if (appends.has(symbol)) throw refusal(name, `symbol "${symbol}" is planned twice`);
    if (!isSymbol(symbol)) throw refusal(name, `symbol "${symbol}" has a lone surrogate, which UTF-8 cannot encode`);
    if (!Number.isSafeInteger(rows) || rows < 0)
      throw refusal(name, `rows of symbol "${symbol}" is ${rows}; give a whole number of 0 or more`);
    if (!Number.isSafeInteger(keepRows) || keepRows < 0 || keepRows > length)
      throw refusal(
        name,
        `keepRows of symbol "${symbol}" is ${keepRows}; it has ${length} rows, so give 0 to ${length}`,
      );
    appends.set(symbol, append);
  }
  return appends;
}

/** The parts of the first `rows` rows of a series. The last of them may be truncated. */
async function firstRows(
  name: string,
  directory: string,
  { segments, columns }: StoredManifest,
  parts: readonly SeriesPart[],
  rows: number,
): Promise<readonly SeriesPart[]> {
  const kept = parts.filter((part) => part.seriesRow < rows);
  const last = kept.at(-1);
  if (last === undefined || last.seriesRow + last.rows <= rows) return kept;
  const place = { name, directory, columns, segment: segments[last.segment] as StoredSegment };
  return [...kept.slice(0, -1), await truncatePart(place, last, rows - last.seriesRow)];
}
