import type { BacktestConfig, DatasetManifest } from "@atc/contract";
import { nearest } from "@atc/contract";
import { datasetHistory } from "@atc/datasets";
import type { BadRows, IngestReport, SeriesQuality } from "@atc/ingest";
import { reasonTexts, strayTimes } from "@atc/ingest";
import { type DatasetNote, noteKinds } from "./dataset-note.ts";
import { counted, greatest, shortTime, sum } from "./note-parts.ts";
import {
  badPricesNote,
  jumpsNote,
  openJumpsNote,
  revertingNote,
  strayOpensNote,
  violationsNote,
} from "./price-notes.ts";

/** Whose rows, and what they are used for. */
export interface DatasetNotesOptions {
  /** Default: all symbols. */
  readonly symbols?: readonly string[] | undefined;
  /** The place of fills; undefined if the rows become bars. */
  readonly fill?: BacktestConfig["fill"] | undefined;
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
  const fillsAtOpens =
    fill !== undefined && fill !== "nextClose" && report.kind === "bars" && report.columns.includes("open");
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
    gapsNote(series, report.series.length === 1),
  ];
  const own = all.filter((note) => note !== undefined);
  const made = madeFromNotes(manifest);
  return made.length === 0
    ? own
    : [...own, ...made].sort((a, b) => noteKinds.indexOf(a.kind) - noteKinds.indexOf(b.kind));
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
  return noteKinds.some((one) => one === kind) && typeof count === "number" && typeof text === "string";
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
    fill !== undefined
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

/** @param isAlone - whether no other symbol can show on which days the market was closed */
function gapsNote(series: readonly SeriesQuality[], isAlone: boolean): DatasetNote | undefined {
  const count = sum(series, ({ gaps }) => gaps.count);
  const places = series.flatMap(({ symbol, gaps }) => gaps.longest.slice(0, 1).map((place) => ({ ...place, symbol })));
  const longest = greatest(places, ({ ms }) => ms);
  if (count === 0 || longest === undefined) return undefined;
  const { symbol, after, ms } = longest;
  const hours = Number((ms / 3_600_000).toFixed(1));
  const length = hours >= 48 ? `${Number((hours / 24).toFixed(1))} days` : `${hours} h`;
  const what = `${counted(count, "gap", "gaps")} at times that usually have bars`;
  const holidays = isAlone ? " (holidays count, because there is no other symbol to compare with)" : "";
  return {
    kind: "gaps",
    count,
    text: `${what}${holidays}${count === 1 ? "" : ", the longest"}: ${symbol} after ${shortTime(after)}, ${length}`,
  };
}
