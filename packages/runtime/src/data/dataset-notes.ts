import type { DatasetManifest } from "@atc/contract";
import { datasetHistory } from "@atc/datasets";
import type { BadRows, IngestReport, JumpPlace, SeriesQuality, StrayOpenPlace } from "@atc/ingest";

/** Kinds of {@link DatasetNote}, the most important first. */
export type DatasetNoteKind =
  | "badRows"
  | "opensOutsideRange"
  | "revertingJumps"
  | "ohlcViolations"
  | "badPrices"
  | "reading"
  | "duplicates"
  | "overlaps"
  | "droppedColumns"
  | "gaps";

/** Something to know about the rows of a dataset before one relies on results of them. */
export interface DatasetNote {
  /** What it is about, for programs. */
  readonly kind: DatasetNoteKind;
  /** The number of rows, bars, gaps, columns or pairs of files; 1 for a note of the source about its reading. */
  readonly count: number;
  /** A sentence without a full stop. */
  readonly text: string;
}

/** Whose rows, and what they are used for. */
export interface DatasetNotesOptions {
  /** Default: all symbols. */
  readonly symbols?: readonly string[] | undefined;
  /** Whether orders are filled at opens. */
  readonly fillsAtOpens: boolean;
}

/** Places of bad rows in one note. */
const mostPlaces = 3;

/**
 * What a report says that may change results, in sentences, the most important first. Notes about the source are of
 * all symbols; the others are of the chosen ones.
 */
export function datasetNotes(
  report: IngestReport,
  manifest: DatasetManifest,
  { symbols, fillsAtOpens }: DatasetNotesOptions,
): readonly DatasetNote[] {
  const wanted = symbols === undefined ? undefined : new Set(symbols);
  const series = wanted === undefined ? report.series : report.series.filter(({ symbol }) => wanted.has(symbol));
  const all: readonly (DatasetNote | undefined)[] = [
    badRowsNote(report.badRows, manifest),
    appendedNote(manifest),
    strayOpensNote(series, fillsAtOpens),
    revertingNote(series),
    violationsNote(series),
    badPricesNote(series),
    ...(report.notes ?? []).map((text): DatasetNote => ({ kind: "reading", count: 1, text })),
    duplicatesNote(series, report),
    overlapsNote(report),
    droppedNote(report),
    gapsNote(series),
  ];
  return all.filter((note) => note !== undefined);
}

function sum(series: readonly SeriesQuality[], count: (quality: SeriesQuality) => number): number {
  return series.reduce((total, quality) => total + count(quality), 0);
}

function counted(count: number, one: string, many: string): string {
  return `${count.toLocaleString("en")} ${count === 1 ? one : many}`;
}

/** A time without zeros at its end: `2024-01-30`, `2024-01-30T14:30Z`. */
function shortTime(time: string): string {
  return time.replace(/T00:00:00\.0+Z$/, "").replace(/(:00)?\.0+Z$/, "Z");
}

function badRowsNote({ count, reasons, first }: BadRows, { attributes }: DatasetManifest): DatasetNote | undefined {
  if (count === 0) return undefined;
  const causes = Object.entries(reasons).map(([reason, rows]) => `${reason} ${rows.toLocaleString("en")}`);
  const places = first.slice(0, mostPlaces).map(({ file, line, column, text }) =>
    [file, `line ${line}`, column]
      .filter((part) => part !== undefined)
      .join(" ")
      .concat(` "${text}"`),
  );
  const outcome = keepsBadRows(attributes["source"]) ? "left out or without a value" : "left out";
  return {
    kind: "badRows",
    count,
    text: `${counted(count, "bad row", "bad rows")} ${outcome} (${causes.join(", ")}): ${places.join("; ")}`,
  };
}

/** Whether the source may have set bad values to NaN. */
function keepsBadRows(source: unknown): boolean {
  return JSON.stringify(source ?? null).includes('"badRows":"nan"');
}

function appendedNote(manifest: DatasetManifest): DatasetNote | undefined {
  const bad = datasetHistory(manifest).filter(({ badRows }) => badRows > 0);
  const count = bad.reduce((total, { badRows }) => total + badRows, 0);
  if (count === 0) return undefined;
  const files = bad.map(({ source, badRows }) => `${badRows.toLocaleString("en")} of ${source}`);
  return {
    kind: "badRows",
    count,
    text: `${counted(count, "bad row", "bad rows")} left out or without a value: ${files.join(", ")}`,
  };
}

type Placed<Place> = Place & { readonly symbol: string };

/** The greatest place by `size`. */
function greatest<Place>(places: readonly Place[], size: (place: Place) => number): Place | undefined {
  let most: Place | undefined;
  for (const place of places) if (most === undefined || size(place) > size(most)) most = place;
  return most;
}

function distance({ open, low, high }: StrayOpenPlace): number {
  const ratio = open > high ? open / high : low / open;
  return ratio >= 1 ? ratio : Number.POSITIVE_INFINITY;
}

function strayOpensNote(series: readonly SeriesQuality[], fillsAtOpens: boolean): DatasetNote | undefined {
  const count = sum(series, ({ opensOutsideRange }) => opensOutsideRange?.count ?? 0);
  const places = series.flatMap(({ symbol, opensOutsideRange }): Placed<StrayOpenPlace>[] =>
    (opensOutsideRange?.places ?? []).slice(0, 1).map((place) => ({ ...place, symbol })),
  );
  const worst = greatest(places, distance);
  if (worst === undefined) return undefined;
  const { symbol, time, open, low, high } = worst;
  const which = count === 1 ? "" : ", the farthest";
  const fills = fillsAtOpens ? "; orders are filled at opens" : "";
  return {
    kind: "opensOutsideRange",
    count,
    text: `${counted(count, "bar opens outside of its range", "bars open outside of their range")}${which}: ${symbol} ${shortTime(time)} opens at ${open}, its low is ${low} and its high ${high}${fills}`,
  };
}

function revertingNote(series: readonly SeriesQuality[]): DatasetNote | undefined {
  const places = series.flatMap(({ symbol, jumps }) =>
    jumps.places.filter(({ reverts }) => reverts).map((place): Placed<JumpPlace> => ({ ...place, symbol })),
  );
  const worst = greatest(places, ({ ratio }) => Math.abs(Math.log(ratio)));
  // An earlier release counted only those among the places.
  const count = sum(series, ({ jumps }) => jumps.reverting ?? jumps.places.filter(({ reverts }) => reverts).length);
  if (count === 0) return undefined;
  const which = count === 1 ? "" : ", the largest";
  const place =
    worst === undefined
      ? ""
      : `${which}: ${worst.symbol} ${shortTime(worst.time)} closes at ${worst.to} after ${worst.from}`;
  return {
    kind: "revertingJumps",
    count,
    text: `${counted(count, "close jumps and comes back", "closes jump and come back")} within five rows, as bad prints do${place}`,
  };
}

function violationsNote(series: readonly SeriesQuality[]): DatasetNote | undefined {
  const count = sum(series, ({ ohlcViolations }) => ohlcViolations.count);
  const opens = sum(series, ({ opensOutsideRange }) => opensOutsideRange?.count ?? 0);
  // A note of their own names the opens.
  if (count === opens) return undefined;
  const first = series
    .flatMap(({ symbol, ohlcViolations }) => (ohlcViolations.first === undefined ? [] : [{ symbol, ohlcViolations }]))
    .at(0);
  if (count === 0 || first === undefined) return undefined;
  const place = `${first.symbol} ${shortTime(String(first.ohlcViolations.first))}`;
  const included = opens === 0 ? "" : `, those ${opens.toLocaleString("en")} included,`;
  return {
    kind: "ohlcViolations",
    count,
    text: `${counted(count, "bar", "bars")}${included} ${count === 1 ? "has" : "have"} a high or low that is not the highest or lowest of its prices${count === 1 ? "" : ", the first"}: ${place}`,
  };
}

function badPricesNote(series: readonly SeriesQuality[]): DatasetNote | undefined {
  const missing = sum(series, ({ missingPrices }) => missingPrices.count);
  const low = sum(series, ({ nonPositivePrices }) => nonPositivePrices.count);
  const parts = [
    ...(missing === 0 ? [] : [`${counted(missing, "row lacks", "rows lack")} a price`]),
    ...(low === 0 ? [] : [`${counted(low, "row has", "rows have")} a price of 0 or less`]),
  ];
  return parts.length === 0 ? undefined : { kind: "badPrices", count: missing + low, text: parts.join(", ") };
}

function duplicatesNote(series: readonly SeriesQuality[], { duplicates }: IngestReport): DatasetNote | undefined {
  const count = sum(series, (quality) => quality.duplicates.count);
  const dropped = sum(series, (quality) => quality.duplicates.dropped);
  const identical = sum(series, (quality) => quality.duplicates.identical);
  if (count === 0) return undefined;
  const same = identical === 0 ? "" : `, ${identical.toLocaleString("en")} of them with equal values`;
  const outcome = dropped === 0 ? "all kept" : `${dropped.toLocaleString("en")} left out (${duplicates})`;
  return {
    kind: "duplicates",
    count,
    text: `${counted(count, "row shares", "rows share")} symbol and time with another${same}; ${outcome}`,
  };
}

function overlapsNote({ overlaps = [] }: IngestReport): DatasetNote | undefined {
  const [most] = overlaps;
  if (most === undefined) return undefined;
  return {
    kind: "overlaps",
    count: overlaps.length,
    text: `${counted(overlaps.length, "pair of files overlaps", "pairs of files overlap")} in time: ${most.first} and ${most.second}`,
  };
}

function droppedNote({ droppedColumns }: IngestReport): DatasetNote | undefined {
  if (droppedColumns.length === 0) return undefined;
  return {
    kind: "droppedColumns",
    count: droppedColumns.length,
    text: `columns not used because they hold text: ${droppedColumns.join(", ")}`,
  };
}

function gapsNote(series: readonly SeriesQuality[]): DatasetNote | undefined {
  const count = sum(series, ({ gaps }) => gaps.count);
  const places = series.flatMap(({ symbol, gaps }) => gaps.longest.slice(0, 1).map((place) => ({ ...place, symbol })));
  const longest = greatest(places, ({ ms }) => ms);
  if (count === 0 || longest === undefined) return undefined;
  const { symbol, after, ms } = longest;
  const hours = Number((ms / 3_600_000).toFixed(1));
  const length = hours >= 48 ? `${Number((hours / 24).toFixed(1))} days` : `${hours} h`;
  return {
    kind: "gaps",
    count,
    text: `${counted(count, "gap", "gaps")} at times that usually have bars${count === 1 ? "" : ", the longest"}: ${symbol} after ${shortTime(after)}, ${length}`,
  };
}
