import type { DatasetManifest } from "@atc/contract";
import { nearest } from "@atc/contract";
import { datasetHistory } from "@atc/datasets";
import type { BadRows, IngestReport, JumpPlace, OpenJumpPlace, SeriesQuality, StrayOpenPlace } from "@atc/ingest";
import { notableJumps, reasonTexts, strayTimes } from "@atc/ingest";

/** Kinds of {@link DatasetNote}, the most important first. */
export type DatasetNoteKind = (typeof kinds)[number];

const kinds = [
  "strayTimes",
  "badRows",
  "missingColumns",
  "opensOutsideRange",
  "openJumps",
  "revertingJumps",
  "ohlcViolations",
  "badPrices",
  "jumps",
  "reading",
  "duplicates",
  "order",
  "overlaps",
  "droppedColumns",
  "gaps",
] as const;

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
  /** The place of fills; undefined if the rows become bars. */
  readonly fill?: "nextOpen" | "nextClose" | undefined;
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
  { symbols, fill }: DatasetNotesOptions = {},
): readonly DatasetNote[] {
  const fillsAtOpens = fill === "nextOpen" && report.kind === "bars" && report.columns.includes("open");
  const wanted = symbols === undefined ? undefined : new Set(symbols);
  const series = wanted === undefined ? report.series : report.series.filter(({ symbol }) => wanted.has(symbol));
  const all: readonly (DatasetNote | undefined)[] = [
    strayTimesNote(series),
    badRowsNote(report.badRows, manifest),
    appendedNote(manifest, report.badRows),
    missingOpenNote(report, fill),
    strayOpensNote(series, fillsAtOpens),
    openJumpsNote(series, fillsAtOpens),
    revertingNote(series),
    violationsNote(series),
    badPricesNote(series),
    jumpsNote(series),
    earlierNote(manifest),
    ...(report.notes ?? []).map((text): DatasetNote => ({ kind: "reading", count: 1, text })),
    duplicatesNote(series, report),
    orderNote(series),
    overlapsNote(report),
    droppedNote(report),
    gapsNote(series),
  ];
  const own = all.filter((note) => note !== undefined);
  const made = madeFromNotes(manifest);
  return made.length === 0 ? own : [...own, ...made].sort((a, b) => kinds.indexOf(a.kind) - kinds.indexOf(b.kind));
}

const origin = "of the rows it was made from: ";

/** The notes about the rows that a dataset of bars was made from. */
export function madeFromNotes({ attributes }: DatasetManifest): readonly DatasetNote[] {
  const made = attributes["resample"];
  const found = typeof made === "object" && made !== null && "sourceNotes" in made ? made["sourceNotes"] : undefined;
  return Array.isArray(found) ? found.filter(isNote) : [];
}

/** The notes of a dataset, as those of the rows that another one is made from. */
export function asMadeFrom(notes: readonly DatasetNote[]): readonly DatasetNote[] {
  return notes.map(({ kind, count, text }) => ({
    kind,
    count,
    text: text.startsWith(origin) ? text : `${origin}${text}`,
  }));
}

function isNote(value: unknown): value is DatasetNote {
  if (typeof value !== "object" || value === null || !("kind" in value && "count" in value && "text" in value))
    return false;
  const { kind, count, text } = value;
  return kinds.some((one) => one === kind) && typeof count === "number" && typeof text === "string";
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

/** A price with at most six significant digits. */
function price(value: number): string {
  return String(Number(value.toPrecision(6)));
}

function strayTimesNote(series: readonly SeriesQuality[]): DatasetNote | undefined {
  const found = strayTimes(series);
  const [first] = found;
  if (first === undefined) return undefined;
  const more = found.length === 1 ? "" : `, and ${counted(found.length - 1, "more symbol", "more symbols")}`;
  return {
    kind: "strayTimes",
    count: found.length,
    text: `times before 1900 or after 2099, as a mistyped year gives: ${first.symbol} has a row at ${shortTime(first.time)}${more}`,
  };
}

function missingOpenNote({ kind, columns }: IngestReport, fill: DatasetNotesOptions["fill"]): DatasetNote | undefined {
  if (kind !== "bars" || columns.includes("open") || fill === "nextClose") return undefined;
  const outcome =
    fill === "nextOpen"
      ? "orders that would fill at the next open fill at the next close"
      : "each bar opens at its first close";
  const known = new Set(["timestamp", "high", "low", "close", "volume"]);
  const likely = nearest(
    "open",
    columns.filter((name) => !known.has(name)),
  );
  const advice = likely === undefined ? "" : `; if "${likely}" is the open, give --columns open=${likely}`;
  return { kind: "missingColumns", count: 1, text: `no column for the open: ${outcome}${advice}` };
}

/** Jumps that stay. A note of their own names those that come back. */
function jumpsNote(series: readonly SeriesQuality[]): DatasetNote | undefined {
  const places = notableJumps(series).filter(({ reverts }) => !reverts);
  const worst = greatest(places, ({ ratio }) => Math.abs(Math.log(ratio)));
  if (worst === undefined) return undefined;
  const { symbol, time, from, to } = worst;
  const which = places.length === 1 ? "" : ", the largest";
  return {
    kind: "jumps",
    count: places.length,
    text: `${counted(places.length, "close jumps and stays there", "closes jump and stay there")}${which}: ${symbol} ${shortTime(time)} from ${price(from)} to ${price(to)}`,
  };
}

function orderNote(series: readonly SeriesQuality[]): DatasetNote | undefined {
  // Files that are newest first as a whole are usual.
  const count = sum(series, ({ order, outOfOrder, unsorted }) => (order === "newest-first" ? outOfOrder : unsorted));
  if (count === 0) return undefined;
  return { kind: "order", count, text: `${counted(count, "row was", "rows were")} out of order and sorted` };
}

function badRowsNote({ count, reasons, first }: BadRows, { attributes }: DatasetManifest): DatasetNote | undefined {
  if (count === 0) return undefined;
  const places = first.slice(0, mostPlaces).map(({ file, line, column, text }) =>
    [file, `line ${line}`, column]
      .filter((part) => part !== undefined)
      .join(" ")
      .concat(` "${text}"`),
  );
  const rest = count - places.length;
  const more = rest > 0 ? `; and ${rest.toLocaleString("en")} more` : "";
  const outcome = keepsBadRows(attributes["source"]) ? "left out or without a value" : "left out";
  return {
    kind: "badRows",
    count,
    text: `${counted(count, "bad row", "bad rows")} ${outcome} (${reasonTexts(reasons).join(", ")}): ${places.join("; ")}${more}`,
  };
}

/** Whether the source may have set bad values to NaN. */
function keepsBadRows(source: unknown): boolean {
  return JSON.stringify(source ?? null).includes('"badRows":"nan"');
}

function appendedNote(manifest: DatasetManifest, known: BadRows): DatasetNote | undefined {
  // The facts of the readings name them.
  if (known.count > 0) return undefined;
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
    text: `${counted(count, "bar opens outside of its range", "bars open outside of their range")}${which}: ${symbol} ${shortTime(time)} opens at ${price(open)}, its low is ${price(low)} and its high ${price(high)}${fills}`,
  };
}

function openJumpsNote(series: readonly SeriesQuality[], fillsAtOpens: boolean): DatasetNote | undefined {
  const count = sum(series, ({ openJumps }) => openJumps?.count ?? 0);
  const places = series.flatMap(({ symbol, openJumps }): Placed<OpenJumpPlace>[] =>
    (openJumps?.places ?? []).slice(0, 1).map((place) => ({ ...place, symbol })),
  );
  const worst = greatest(places, ({ from, open }) => Math.abs(Math.log(open / from)));
  if (worst === undefined) return undefined;
  const { symbol, time, from, open, close } = worst;
  const which = count === 1 ? "" : ", the farthest";
  const fills = fillsAtOpens ? "; orders are filled at opens" : "";
  return {
    kind: "openJumps",
    count,
    text: `${counted(count, "bar opens far from the close before and closes near it", "bars open far from the close before and close near it")}${which}: ${symbol} ${shortTime(time)} opens at ${price(open)} after a close of ${price(from)} and closes at ${price(close)}${fills}`,
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
      : `${which}: ${worst.symbol} ${shortTime(worst.time)} closes at ${price(worst.to)} after ${price(worst.from)}`;
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

/** Files may be read otherwise now. An ingest of this release says its version. */
function earlierNote({ attributes }: DatasetManifest): DatasetNote | undefined {
  const { source, ingest } = attributes;
  const isOfFiles = typeof source === "object" && source !== null && "parts" in source && "name" in source;
  if (!isOfFiles || ingest !== undefined || "resample" in attributes) return undefined;
  return {
    kind: "reading",
    count: 1,
    text: "an earlier release read the files, perhaps otherwise than this one: ingest them again",
  };
}

function duplicatesNote(series: readonly SeriesQuality[], { duplicates }: IngestReport): DatasetNote | undefined {
  const count = sum(series, (quality) => quality.duplicates.count);
  const dropped = sum(series, (quality) => quality.duplicates.dropped);
  const identical = sum(series, (quality) => quality.duplicates.identical);
  if (count === 0) return undefined;
  const same = equalValues(identical, count);
  const outcome = dropped === 0 ? "all kept" : `${dropped.toLocaleString("en")} left out (${duplicates})`;
  return {
    kind: "duplicates",
    count,
    text: `${counted(count, "row shares", "rows share")} symbol and time with another${same}; ${outcome}`,
  };
}

function equalValues(identical: number, count: number): string {
  if (identical === 0) return "";
  if (identical === count) return ", with equal values";
  return `, ${identical.toLocaleString("en")} of them with equal values`;
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
