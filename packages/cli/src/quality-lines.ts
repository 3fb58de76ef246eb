import type { IngestReport, SeriesQuality } from "@atc/runtime";
import { duration, integer } from "./figures.ts";
import type { TextColumn } from "./text-table.ts";
import { textTable } from "./text-table.ts";

/** Series shown in full. */
const mostSeries = 60;
/** Places shown in full. */
const mostPlaces = 8;

/** `12 gaps`, `1 gap`. */
function counted(count: number, one: string, many: string): string {
  return `${integer(count)} ${count === 1 ? one : many}`;
}

function badRowLines({ badRows }: IngestReport): readonly string[] {
  if (badRows.count === 0) return [];
  const reasons = Object.entries(badRows.reasons).map(([reason, count]) => `${reason} ${integer(count)}`);
  const places = badRows.first
    .slice(0, mostPlaces)
    .map(({ line, column, text }) => `  line ${line}${column === undefined ? "" : `, ${column}`}: "${text}"`);
  return [`${counted(badRows.count, "bad row", "bad rows")} (${reasons.join(", ")})`, ...places];
}

function jumpLines({ series }: IngestReport): readonly string[] {
  const places = series.flatMap(({ symbol, jumps }) => jumps.places.map((place) => ({ symbol, ...place })));
  const telling = places.filter(
    ({ looksLikeSplit, ratio, reverts }) => looksLikeSplit !== undefined || reverts || Math.abs(ratio - 1) > 0.4,
  );
  const lines = telling.slice(0, mostPlaces).map(({ symbol, time, from, to, looksLikeSplit, reverts }) => {
    const hint = looksLikeSplit === undefined ? "" : `, looks like a ${looksLikeSplit} split`;
    return `  ${symbol} ${time}: from ${from} to ${to}${hint}${reverts ? ", and back within five rows" : ""}`;
  });
  return telling.length > mostPlaces
    ? [...lines, `  and ${integer(telling.length - mostPlaces)} more (--json lists them)`]
    : lines;
}

/** What an ingest found, for a person; nothing where all is well. */
export function qualityLines(report: IngestReport): readonly string[] {
  const { totals } = report;
  const dropped =
    totals.dropped > 0
      ? `, ${integer(totals.dropped)} left out (${report.duplicates})`
      : `, all kept (${report.duplicates})`;
  const found = [
    totals.unsorted > 0 ? `${counted(totals.unsorted, "row", "rows")} out of order, sorted` : "",
    totals.duplicates > 0
      ? `${counted(totals.duplicates, "row shares", "rows share")} symbol and time with another${dropped}`
      : "",
    totals.gaps > 0 ? `${counted(totals.gaps, "gap", "gaps")} (nights and weekends count)` : "",
    totals.zeroVolumes > 0 ? `${counted(totals.zeroVolumes, "row", "rows")} with volume 0` : "",
    totals.badVolumes > 0 ? `${counted(totals.badVolumes, "row", "rows")} with a negative or missing volume` : "",
    totals.ohlcViolations > 0
      ? `${counted(totals.ohlcViolations, "bar", "bars")} whose high or low is not the highest or lowest`
      : "",
    totals.missingPrices > 0 ? `${counted(totals.missingPrices, "row", "rows")} without a price` : "",
    totals.nonPositivePrices > 0 ? `${counted(totals.nonPositivePrices, "row", "rows")} with a price of 0 or less` : "",
    totals.jumps > 0 ? counted(totals.jumps, "jump of a price", "jumps of a price") : "",
    report.droppedColumns.length > 0 ? `text columns left out: ${report.droppedColumns.join(", ")}` : "",
  ].filter((line) => line !== "");
  return [...badRowLines(report), ...found, ...jumpLines(report)];
}

const headings: readonly TextColumn[] = [
  { title: "symbol", align: "left" },
  { title: "rows", align: "right" },
  { title: "from", align: "left" },
  { title: "to", align: "left" },
  { title: "interval", align: "right" },
  { title: "gaps", align: "right" },
  { title: "longest", align: "right" },
  { title: "duplicates", align: "right" },
  { title: "volume 0", align: "right" },
  { title: "OHLC", align: "right" },
  { title: "jumps", align: "right" },
];

function row(quality: SeriesQuality): readonly string[] {
  return [
    quality.symbol,
    integer(quality.rows),
    quality.firstTime.slice(0, 16),
    quality.lastTime.slice(0, 16),
    duration(quality.interval),
    integer(quality.gaps.count),
    duration(quality.gaps.longest[0]?.ms),
    integer(quality.duplicates.count),
    integer(quality.zeroVolumes.count),
    integer(quality.ohlcViolations.count),
    integer(quality.jumps.count),
  ];
}

/** A line for each symbol with what was found in it. */
export function seriesTable({ series }: IngestReport): string {
  const table = textTable(headings, series.slice(0, mostSeries).map(row));
  return series.length > mostSeries
    ? `${table}\nand ${integer(series.length - mostSeries)} more symbols (--json lists all)`
    : table;
}
