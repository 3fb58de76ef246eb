import type { IngestReport, SeriesQuality } from "@atc/runtime";
import { withFlags } from "../process/flag-words.ts";
import { counted, duration, integer } from "../text/number-format.ts";
import type { Screen } from "../text/screen.ts";
import { sparkline } from "../text/sparkline.ts";
import type { TextColumn } from "../text/text-table.ts";
import { textTable } from "../text/text-table.ts";

/** The most symbols in a table. */
export const mostSeries = 60;
/** The most places in a list. */
const mostPlaces = 8;

function badRowLines({ badRows }: IngestReport): readonly string[] {
  if (badRows.count === 0) return [];
  const reasons = Object.entries(badRows.reasons).map(([reason, count]) => `${reason} ${integer(count)}`);
  const places = badRows.first
    .slice(0, mostPlaces)
    .map(
      ({ file, line, column, text }) =>
        `  ${file === undefined ? "" : `${file} `}line ${line}${column === undefined ? "" : `, ${column}`}: "${text}"`,
    );
  return [`${counted(badRows.count, "bad row", "bad rows")} (${reasons.join(", ")})`, ...places];
}

function jumpLines({ series }: IngestReport): readonly string[] {
  const places = series.flatMap(({ symbol, jumps }) => jumps.places.map((place) => ({ symbol, ...place })));
  const notable = places.filter(
    ({ looksLikeSplit, ratio, reverts }) => looksLikeSplit !== undefined || reverts || Math.abs(ratio - 1) > 0.4,
  );
  const lines = notable.slice(0, mostPlaces).map(({ symbol, time, from, to, looksLikeSplit, splitTo, reverts }) => {
    // The ratio of a split is that of the open, and the line names the closes.
    const prices = splitTo === undefined || splitTo === to ? "" : ` (close ${from}, then open ${splitTo})`;
    const hint = looksLikeSplit === undefined ? "" : `, looks like a ${looksLikeSplit} split${prices}`;
    return `  ${symbol} ${time}: from ${from} to ${to}${hint}${reverts ? "; it reverts within five rows" : ""}`;
  });
  return notable.length > mostPlaces
    ? [...lines, `  and ${integer(notable.length - mostPlaces)} more (--json lists them)`]
    : lines;
}

/** Pairs of files that share symbols and times. */
function overlapLines({ overlaps = [] }: IngestReport): readonly string[] {
  const lines = overlaps.slice(0, mostPlaces).map(({ first, second, symbols, rows, from, to }) => {
    const shared = rows === undefined ? "" : `${counted(rows, "row", "rows")} of `;
    return `  ${first} and ${second}: ${shared}${counted(symbols, "symbol", "symbols")}, from ${from} to ${to}`;
  });
  if (lines.length === 0) return [];
  const more =
    overlaps.length > mostPlaces ? [`  and ${integer(overlaps.length - mostPlaces)} more (--json lists them)`] : [];
  return [`${counted(overlaps.length, "pair of files overlaps", "pairs of files overlap")} in time`, ...lines, ...more];
}

/** Rows that were not in ascending order of time. */
function orderLines({ series, totals }: IngestReport): readonly string[] {
  if (totals.unsorted === 0) return [];
  const newest = series.filter(({ order }) => order === "newest-first");
  const stray = newest.reduce((sum, { outOfOrder }) => sum + outOfOrder, 0);
  const reversed = newest.reduce((sum, { unsorted }) => sum + unsorted, 0);
  const lines =
    newest.length === 0
      ? []
      : [
          `${counted(newest.length, "symbol", "symbols")} newest first${stray > 0 ? `, ${counted(stray, "step", "steps")} out of that order` : ""}; sorted`,
        ];
  const rest = totals.unsorted - reversed;
  return rest > 0 ? [...lines, `${counted(rest, "row", "rows")} out of order, sorted`] : lines;
}

function reverting({ totals: { revertingJumps = 0 } }: IngestReport): string {
  return revertingJumps === 0 ? "" : `, ${integer(revertingJumps)} of them come back within five rows`;
}

function identicalNote({ series }: IngestReport): string {
  const identical = series.reduce((sum, { duplicates }) => sum + duplicates.identical, 0);
  return identical > 0 ? `, ${integer(identical)} of them with the same values` : "";
}

/** Bars whose open is outside of their range, with the farthest of each symbol. */
function strayOpenLines({ series, totals: { opensOutsideRange = 0 } }: IngestReport): readonly string[] {
  if (opensOutsideRange === 0) return [];
  const places = series.flatMap(({ symbol, opensOutsideRange: found }) =>
    (found?.places ?? []).map((place) => ({ symbol, ...place })),
  );
  const lines = places
    .slice(0, mostPlaces)
    .map(({ symbol, time, open, low, high }) => `  ${symbol} ${time}: open ${open}, low ${low}, high ${high}`);
  const more = opensOutsideRange - lines.length;
  return [
    counted(opensOutsideRange, "bar opens outside of its range", "bars open outside of their range"),
    ...lines,
    ...(more > 0 ? [`  and ${integer(more)} more`] : []),
  ];
}

function gapLine({ series, totals }: IngestReport): string {
  const withinDay = series.reduce((sum, { gaps }) => sum + gaps.withinDay, 0);
  const longest = series
    .flatMap(({ symbol, gaps }) => gaps.longest.slice(0, 1).map((gap) => ({ symbol, ...gap })))
    .reduce((most, gap) => (gap.ms > most.ms ? gap : most), { symbol: "", after: "", ms: 0 });
  const within = withinDay > 0 ? `, ${integer(withinDay)} within a day` : "";
  const { sharedGaps = 0 } = totals;
  const shared =
    sharedGaps > 0 ? `${counted(sharedGaps, "gap is", "gaps are")} shared by other symbols, as holidays are` : "";
  if (totals.gaps === 0) return shared;
  return `${shared}${shared === "" ? "" : "; "}${counted(totals.gaps, "gap", "gaps")}${within}, at times that usually have bars, the longest ${duration(longest.ms)} after ${longest.after} (${longest.symbol})`;
}

/** The findings of an ingest, for people; empty if nothing was found. */
export function qualityLines(report: IngestReport): readonly string[] {
  const { totals } = report;
  const dropped =
    totals.dropped > 0
      ? `, ${integer(totals.dropped)} dropped (${report.duplicates})`
      : `, all kept (${report.duplicates})`;
  const found = [
    ...orderLines(report),
    totals.duplicates > 0
      ? `${counted(totals.duplicates, "row shares", "rows share")} symbol and time with another${identicalNote(report)}${dropped}`
      : "",
    gapLine(report),
    totals.zeroVolumes > 0 ? `${counted(totals.zeroVolumes, "row", "rows")} with volume 0` : "",
    totals.badVolumes > 0 ? `${counted(totals.badVolumes, "row", "rows")} with a negative or missing volume` : "",
    totals.ohlcViolations > 0
      ? `${counted(totals.ohlcViolations, "bar", "bars")} whose high or low is not the highest or lowest`
      : "",
    totals.flatBars > 0 ? `${counted(totals.flatBars, "bar", "bars")} with four equal prices` : "",
    totals.missingPrices > 0 ? `${counted(totals.missingPrices, "row", "rows")} without a price` : "",
    totals.nonPositivePrices > 0 ? `${counted(totals.nonPositivePrices, "row", "rows")} with a price of 0 or less` : "",
    totals.jumps > 0 ? `${counted(totals.jumps, "jump of a price", "jumps of a price")}${reverting(report)}` : "",
    report.droppedColumns.length > 0 ? `dropped text columns: ${report.droppedColumns.join(", ")}` : "",
  ].filter((line) => line !== "");
  return [
    ...(report.notes ?? []).map(withFlags),
    ...badRowLines(report),
    ...overlapLines(report),
    ...strayOpenLines(report),
    ...found,
    ...jumpLines(report),
  ];
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
  { title: "close", align: "left" },
];

function row(quality: SeriesQuality, closes: readonly number[]): readonly string[] {
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
    sparkline(closes),
  ];
}

/** A table with the findings of each symbol and a sparkline of its closes. */
export function seriesTable(
  { series }: IngestReport,
  closes: ReadonlyMap<string, readonly number[]>,
  screen: Screen,
): string {
  const shown = series.slice(0, mostSeries);
  const table = textTable(
    headings,
    shown.map((quality) => row(quality, closes.get(quality.symbol) ?? [])),
    screen,
  );
  return series.length > mostSeries
    ? `${table}\nand ${integer(series.length - mostSeries)} more symbols (--json lists all)`
    : table;
}
