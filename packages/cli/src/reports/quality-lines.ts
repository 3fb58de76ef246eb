import type { IngestReport, SeriesQuality } from "@atc/runtime";
import { notableJumps, reasonTexts, strayTimes } from "@atc/runtime";
import { withFlags } from "../process/flag-words.ts";
import { counted, duration, integer, price, timeText } from "../text/number-format.ts";
import type { Screen } from "../text/screen.ts";
import { sparkline } from "../text/sparkline.ts";
import type { TextColumn } from "../text/text-table.ts";
import { textTable } from "../text/text-table.ts";

/** The most symbols in a table. */
export const mostSeries = 60;
/** The most places in a list. */
const mostPlaces = 8;
/** The most gaps in a list. */
const mostGaps = 3;

/** What is left of a list of `count` places after `shown`. */
function rest(count: number, shown: number, more = ""): readonly string[] {
  return count > shown ? [`  and ${integer(count - shown)} more${more}`] : [];
}

function badRowLines({ badRows }: IngestReport): readonly string[] {
  const { count, first, files = {} } = badRows;
  if (count === 0) return [];
  const places = first
    .slice(0, mostPlaces)
    .map(
      ({ file, line, column, text }) =>
        `  ${file === undefined ? "" : `${file} `}line ${line}${column === undefined ? "" : `, ${column}`}: "${text}"`,
    );
  const listed = first.length > places.length ? ` (--json lists the first ${integer(first.length)})` : "";
  const byFile = Object.entries(files);
  const ofFiles = byFile
    .slice(0, mostPlaces)
    .map(([file, rows]) => `  ${file}: ${counted(rows, "bad row", "bad rows")}`);
  return [
    `${counted(count, "bad row", "bad rows")} (${reasonTexts(badRows.reasons).join(", ")})`,
    ...places,
    ...rest(count, places.length, listed),
    ...(byFile.length > 1 ? [...ofFiles, ...rest(byFile.length, ofFiles.length, " files with bad rows")] : []),
  ];
}

/** Symbols whose times cannot be those of their market, as a mistyped year makes them. */
function strayTimeLines({ series }: IngestReport): readonly string[] {
  const all = strayTimes(series);
  if (all.length === 0) return [];
  const places = all.slice(0, mostPlaces).map(({ symbol, time }) => `  ${symbol} ${time}`);
  return [
    `times before 1900 or after 2099 of ${counted(all.length, "symbol", "symbols")}, as a mistyped year gives`,
    ...places,
    ...rest(all.length, places.length),
  ];
}

function jumpLines({ series }: IngestReport): readonly string[] {
  const notable = notableJumps(series);
  const lines = notable.slice(0, mostPlaces).map(({ symbol, time, from, to, looksLikeSplit, splitTo, reverts }) => {
    // The ratio of a split is that of the open, and the line names the closes.
    const prices =
      splitTo === undefined || splitTo === to ? "" : ` (close ${price(from)}, then open ${price(splitTo)})`;
    const isUnit = looksLikeSplit === "1:100" || looksLikeSplit === "100:1";
    const split = `${looksLikeSplit} split${isUnit ? " or a change of units" : ""}`;
    const hint = looksLikeSplit === undefined || reverts ? "" : `, looks like a ${split}${prices}`;
    return `  ${symbol} ${time}: from ${price(from)} to ${price(to)}${hint}${reverts ? "; it reverts within five rows" : ""}`;
  });
  return [...lines, ...rest(notable.length, lines.length, " (--json lists them)")];
}

/** Pairs of files that share symbols and times. */
function overlapLines({ overlaps = [] }: IngestReport): readonly string[] {
  const lines = overlaps.slice(0, mostPlaces).map(({ first, second, symbols, rows, from, to }) => {
    const shared = rows === undefined ? "" : `${counted(rows, "row", "rows")} of `;
    return `  ${first} and ${second}: ${shared}${counted(symbols, "symbol", "symbols")}, from ${from} to ${to}`;
  });
  if (lines.length === 0) return [];
  const more = rest(overlaps.length, lines.length, " (--json lists them)");
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
  const others = totals.unsorted - reversed;
  return others > 0 ? [...lines, `${counted(others, "row", "rows")} out of order, sorted`] : lines;
}

function reverting({ totals: { jumps, revertingJumps = 0 } }: IngestReport): string {
  if (revertingJumps === 0) return "";
  const come = revertingJumps === 1 ? "comes" : "come";
  return `, ${share(revertingJumps, jumps)}${come} back within five rows`;
}

/** Some or all of a number of things: `2 of them `, `which `. */
function share(count: number, all: number): string {
  return count === all ? "which " : `${integer(count)} of them `;
}

function identicalNote({ series, totals }: IngestReport): string {
  const identical = series.reduce((sum, { duplicates }) => sum + duplicates.identical, 0);
  if (identical === 0) return "";
  return identical === totals.duplicates
    ? ", with the same values"
    : `, ${integer(identical)} of them with the same values`;
}

/** Bars whose open is outside of their range, with the farthest of each symbol. */
function strayOpenLines({ series, totals: { opensOutsideRange = 0 } }: IngestReport): readonly string[] {
  if (opensOutsideRange === 0) return [];
  const places = series.flatMap(({ symbol, opensOutsideRange: found }) =>
    (found?.places ?? []).map((place) => ({ symbol, ...place })),
  );
  const lines = places
    .slice(0, mostPlaces)
    .map(
      ({ symbol, time, open, low, high }) =>
        `  ${symbol} ${time}: open ${price(open)}, low ${price(low)}, high ${price(high)}`,
    );
  return [
    counted(opensOutsideRange, "bar opens outside of its range", "bars open outside of their range"),
    ...lines,
    ...rest(opensOutsideRange, lines.length),
  ];
}

/** Opens that jump and are back at the close. */
function openJumpLines({ series, totals: { openJumps = 0 } }: IngestReport): readonly string[] {
  if (openJumps === 0) return [];
  const lines = series
    .flatMap(({ symbol, openJumps: found }) => (found?.places ?? []).map((place) => ({ symbol, ...place })))
    .slice(0, mostPlaces)
    .map(
      ({ symbol, time, from, open, close }) =>
        `  ${symbol} ${time}: close before ${price(from)}, open ${price(open)}, close ${price(close)}`,
    );
  return [
    counted(
      openJumps,
      "bar opens far from the close before and closes near it",
      "bars open far from the close before and close near it",
    ),
    ...lines,
    ...rest(openJumps, lines.length),
  ];
}

/** Gaps with the longest of all symbols. */
function gapLines({ series, totals }: IngestReport): readonly string[] {
  const withinDay = series.reduce((sum, { gaps }) => sum + gaps.withinDay, 0);
  const longest = series
    .flatMap(({ symbol, gaps }) => gaps.longest.map((gap) => ({ symbol, ...gap })))
    .sort((a, b) => b.ms - a.ms)
    .slice(0, mostGaps)
    .map(({ symbol, after, ms }) => `  ${symbol} after ${after}: ${duration(ms)}`);
  const within = withinDay > 0 ? `, ${integer(withinDay)} within a day` : "";
  const { sharedGaps = 0 } = totals;
  const shared =
    sharedGaps > 0 ? [`${counted(sharedGaps, "gap is", "gaps are")} shared by other symbols, as holidays are`] : [];
  if (totals.gaps === 0) return shared;
  const which = totals.gaps > longest.length ? ", the longest" : "";
  return [
    ...shared,
    `${counted(totals.gaps, "gap", "gaps")}${within}, at times that usually have bars${which}`,
    ...longest,
  ];
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
    ...gapLines(report),
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
    ...strayTimeLines(report),
    ...(report.notes ?? []).map(withFlags),
    ...badRowLines(report),
    ...overlapLines(report),
    ...strayOpenLines(report),
    ...openJumpLines(report),
    ...found,
    ...jumpLines(report),
  ];
}

const headings: readonly TextColumn[] = [
  { title: "symbol", align: "left" },
  { title: "rows", align: "right" },
  { title: "from", align: "left", isWhole: true },
  { title: "to", align: "left", isWhole: true },
  { title: "interval", align: "right", fold: 6 },
  { title: "gaps", align: "right" },
  { title: "longest", align: "right", fold: 4 },
  { title: "duplicates", align: "right", fold: 3 },
  { title: "volume 0", align: "right", fold: 2 },
  { title: "OHLC", align: "right", fold: 5 },
  { title: "jumps", align: "right" },
  { title: "close", align: "left", isWhole: true, fold: 1 },
];

function row(quality: SeriesQuality, closes: readonly number[]): readonly string[] {
  return [
    quality.symbol,
    integer(quality.rows),
    timeText(quality.firstTime),
    timeText(quality.lastTime),
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
