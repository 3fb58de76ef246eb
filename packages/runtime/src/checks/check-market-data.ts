import type { Dataset } from "@atc/contract";
import { type IngestReport, notableJumps, type SeriesQuality } from "@atc/ingest";
import { notesOf } from "../backtest/backtest-report.ts";
import { datasetFindings } from "../backtest/dataset-findings.ts";
import type { DatasetNote, DatasetNoteKind } from "../data/dataset-note.ts";
import { counted, greatest, price, shortTime, sum } from "../data/note-parts.ts";
import { type DataOptions, openData } from "../data/open-data.ts";
import { isUnusedAdjustment } from "../data/price-adjustment.ts";
import type { Runtime } from "../wiring/runtime.ts";
import { leastStaleBars, type PriceScan, scanPrices } from "./price-scan.ts";

/** What a finding is about, for programs: a note about the rows of a dataset, or what only this check looks for. */
export type DataFindingKind =
  | DatasetNoteKind
  | "splits"
  | "crossedQuotes"
  | "stalePrices"
  | "zeroVolumes"
  | "badVolumes"
  | "flatBars"
  | "survivorship";

/** Something in the data that distorts a backtest. */
export interface DataFinding {
  /** What it is about, for programs. */
  readonly kind: DataFindingKind;
  /** The number of rows, bars, gaps, quotes or symbols. */
  readonly count: number;
  /** A sentence without a full stop. */
  readonly text: string;
}

/** Options of {@link checkMarketData}. */
export interface DataCheckOptions extends DataOptions {
  /** Default: all symbols. */
  readonly symbols?: readonly string[];
}

/** The outcome of a check of data. */
export interface DataCheck {
  /** The data as it was given. */
  readonly path: string;
  /** The name of the dataset that holds the rows. */
  readonly dataset: string;
  /** Number of rows. */
  readonly rows: number;
  /** Number of symbols. */
  readonly symbols: number;
  /** What was found, the most important first; empty if nothing distorts a backtest. */
  readonly findings: readonly DataFinding[];
}

/** Whether a note is about what distorts results, and not only about how rows were read. */
function distorts({ kind, text }: DatasetNote, rows: IngestReport["kind"]): boolean {
  switch (kind) {
    case "order":
    case "droppedColumns":
      return false;
    case "reading":
      return isUnusedAdjustment(text);
    case "duplicates":
      // Trades may share a time.
      return rows === "bars";
    default:
      return true;
  }
}

/** From this number of symbols on, over this many days, some should have ended. */
const manySymbols = 20;
const longSpanDays = 365;
/** A symbol has ended if its last row is longer than this before the last of all. */
const endedDays = 7;
const dayMs = 86_400_000;

function splitsFinding(series: readonly SeriesQuality[]): DataFinding | undefined {
  const places = notableJumps(series).filter(({ looksLikeSplit, reverts }) => looksLikeSplit !== undefined && !reverts);
  const largest = greatest(places, ({ ratio }) => Math.abs(Math.log(ratio)));
  if (largest === undefined) return undefined;
  const { symbol, time, from, to, looksLikeSplit } = largest;
  const which = places.length === 1 ? "" : ", the largest";
  return {
    kind: "splits",
    count: places.length,
    text: `${counted(places.length, "jump looks like a split that prices are", "jumps look like splits that prices are")} not adjusted for${which}: ${symbol} ${shortTime(time)} ${String(looksLikeSplit)}, from ${price(from)} to ${price(to)}; use adjusted prices, such as with --adjust`,
  };
}

/** Rows of one kind: how many, their share, and the symbol with the largest share of them. */
function rowsFinding(
  kind: "zeroVolumes" | "badVolumes" | "flatBars",
  series: readonly SeriesQuality[],
  say: (count: string) => string,
): DataFinding | undefined {
  const count = sum(series, (one) => one[kind].count);
  const worst = greatest(series, (one) => one[kind].count / one.rows);
  if (count === 0 || worst === undefined) return undefined;
  const rows = sum(series, (one) => one.rows);
  const { first } = worst[kind];
  const share = Number(((100 * count) / rows).toPrecision(2));
  const most =
    series.length === 1
      ? ""
      : `, most of ${worst.symbol} (${Number(((100 * worst[kind].count) / worst.rows).toPrecision(2))} %)`;
  const since = first === undefined ? "" : `, the first at ${shortTime(first)}`;
  return {
    kind,
    count,
    text: `${say(counted(count, "bar", "bars"))}: ${share} % of all${most}${series.length === 1 ? since : ""}`,
  };
}

function scanFindings({ staleBars, longestRun, crossedQuotes, firstCrossed }: PriceScan): readonly DataFinding[] {
  const crossed: readonly DataFinding[] =
    firstCrossed === undefined
      ? []
      : [
          {
            kind: "crossedQuotes",
            count: crossedQuotes,
            text: `${counted(crossedQuotes, "row has", "rows have")} a bid above the ask${crossedQuotes === 1 ? "" : ", the first"}: ${firstCrossed.symbol} ${shortTime(firstCrossed.time)}, bid ${price(firstCrossed.bid)}, ask ${price(firstCrossed.ask)}`,
          },
        ];
  const stale: readonly DataFinding[] =
    longestRun === undefined
      ? []
      : [
          {
            kind: "stalePrices",
            count: staleBars,
            text: `${counted(staleBars, "bar is", "bars are")} in runs of ${leastStaleBars} or more equal closes, as stale prices are; the longest: ${longestRun.symbol} from ${shortTime(longestRun.time)}, ${counted(longestRun.bars, "bar", "bars")}`,
          },
        ];
  return [...crossed, ...stale];
}

/** Warns if the data has only what still exists: strategies that buy losers look better on it. */
function survivorshipFinding(series: readonly SeriesQuality[]): DataFinding | undefined {
  if (series.length < manySymbols) return undefined;
  const firstTimes = series.map(({ firstTime }) => Date.parse(firstTime));
  const lastTimes = series.map(({ lastTime }) => Date.parse(lastTime));
  const last = lastTimes.reduce((most, one) => Math.max(most, one));
  const first = firstTimes.reduce((least, one) => Math.min(least, one));
  if (last - first < longSpanDays * dayMs || lastTimes.some((one) => last - one > endedDays * dayMs)) return undefined;
  return {
    kind: "survivorship",
    count: series.length,
    text: `not one of ${series.length.toLocaleString("en")} symbols ends before the last day, so those that were delisted are probably missing: results of buying are too good`,
  };
}

/** What the report of an ingest, the notes about it and a reading of prices say that distorts a backtest. */
function findingsOf(
  { kind, series }: IngestReport,
  notes: readonly DatasetNote[],
  scan: PriceScan,
): readonly DataFinding[] {
  const splits = splitsFinding(series);
  const found: readonly (DataFinding | undefined)[] = [
    // A finding of its own names the jumps if all of them look like splits.
    ...notes.filter((note) => distorts(note, kind) && !(note.kind === "jumps" && note.count === splits?.count)),
    splits,
    ...scanFindings(scan),
    // Data of currencies often has volume 0 in every row.
    rowsFinding(
      "zeroVolumes",
      series.filter(({ rows, zeroVolumes }) => zeroVolumes.count < rows),
      (count) => `${count} without volume, at whose prices nobody traded`,
    ),
    rowsFinding("badVolumes", series, (count) => `${count} with a negative or missing volume`),
    kind === "bars"
      ? rowsFinding("flatBars", series, (count) => `${count} with four equal prices, as bars without a trade have`)
      : undefined,
    survivorshipFinding(series),
  ];
  return found.filter((one) => one !== undefined);
}

/** The report of some symbols. */
function reportOf(report: IngestReport, dataset: Dataset, symbols: readonly string[] | undefined): IngestReport {
  if (symbols === undefined) return report;
  const wanted = new Set(symbols.map((symbol) => dataset.series(symbol).symbol));
  return { ...report, series: report.series.filter(({ symbol }) => wanted.has(symbol)) };
}

/**
 * Lists what in the data distorts a backtest: rows that are missing, doubled or wrong, gaps, jumps and splits, crossed
 * quotes, stale prices, bars without volume, and symbols that all exist to the end. Most of it is what the ingest
 * found; closes and quotes are read once.
 *
 * @throws what `openData` throws; ATC_NOT_FOUND for an unknown symbol
 */
export async function checkMarketData(
  runtime: Runtime,
  data: string | undefined,
  options: DataCheckOptions = {},
): Promise<DataCheck> {
  using opened = await openData(runtime, data, options);
  const { dataset, path = data ?? opened.dataset.manifest.name } = opened;
  const report = reportOf(await datasetFindings(runtime, dataset, options), dataset, options.symbols);
  const notes = await notesOf(runtime, dataset, options);
  const symbols = report.series.map(({ symbol }) => symbol);
  const scan = await scanPrices(dataset, symbols, options);
  return {
    path,
    dataset: dataset.manifest.name,
    rows: sum(report.series, ({ rows }) => rows),
    symbols: symbols.length,
    findings: findingsOf(report, notes, scan),
  };
}
