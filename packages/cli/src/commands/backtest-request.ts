import { resolve } from "node:path";
import { AtcError, nearest } from "@atc/contract";
import type { BarColumn, CurveFiles, MetricName, Period } from "@atc/runtime";
import { barColumns, checkCurveFiles, configuredFiles, isMetricName, metricNames, tableFiles } from "@atc/runtime";
import type { BarPlace } from "@atc/runtime/checks";
import { wantsChart } from "../invocation/chart-option.ts";
import { checkParameterWords } from "../invocation/config-options.ts";
import { explainedBars } from "../invocation/explained-bars.ts";
import {
  checkOpen,
  checkReportEnding,
  commandText,
  type HtmlReport,
  htmlReport,
  isHtml,
} from "../invocation/html-report.ts";
import type { Invocation } from "../invocation/invocation.ts";
import { checkOutputs, checkPlaces } from "../invocation/output-files.ts";
import { periodOf } from "../invocation/period.ts";
import { checkPictures, openPicturesOf, type Pictures, picturesOf } from "../invocation/picture-options.ts";
import { symbolList } from "../invocation/reading-options.ts";

const curveKinds = ["trades", "fills", "equity", "portfolio", "tables", "report"] as const;

/** The columns of `--equity` besides equity and direction, unless others are chosen. */
export const usualColumns: readonly BarColumn[] = ["cash", "exposure"];

/** The words of an option that lists some, separated by commas. */
function wordsOf(value: unknown): readonly string[] {
  return String(value)
    .split(",")
    .map((word) => word.trim())
    .filter((word) => word !== "");
}

/** The columns that `--equity-columns` names. */
function columnsOf({ equity, portfolio, equityColumns }: Readonly<Record<string, unknown>>): readonly BarColumn[] {
  const isWritten = equity !== undefined || portfolio !== undefined;
  if (equityColumns === undefined) return isWritten ? usualColumns : [];
  const refuse = (what: string): AtcError =>
    new AtcError("ATC_INVALID_ARGUMENT", `${what}; give columns of ${barColumns.join(", ")}, separated by commas`, {
      details: { flag: "--equity-columns", value: String(equityColumns) },
    });
  if (!isWritten) throw refuse("--equity-columns chooses columns of --equity, which names no file");
  return wordsOf(equityColumns).map((name) => {
    const found = barColumns.find((column) => column === name);
    if (found === undefined) throw refuse(`--equity-columns has "${name}", which is not a column`);
    return found;
  });
}

/** The metrics that `--metrics` names. JSON has all of them unless some are named. */
function metricsOf(
  { metrics, report }: Readonly<Record<string, unknown>>,
  isJson: boolean,
): readonly MetricName[] | "all" {
  if (metrics === undefined) return isJson || report !== undefined ? "all" : [];
  const names = wordsOf(metrics);
  if (names.includes("all")) return "all";
  return names.map((name) => {
    if (isMetricName(name)) return name;
    const meant = nearest(name, metricNames);
    const hint = meant === undefined ? "atc metrics lists them" : `did you mean "${meant}"?`;
    throw new AtcError("ATC_INVALID_ARGUMENT", `--metrics has "${name}", which is not a metric; ${hint}`, {
      details: { flag: "--metrics", value: name },
    });
  });
}

/** Whether an output goes to standard output: `--report -`. */
function isPrinted(kind: string, file: unknown): boolean {
  return kind === "report" && file === "-";
}

/** What a backtest is asked for. */
export interface BacktestRequest {
  /** The data, as the user named it. */
  readonly given: readonly string[];
  /** The chosen symbols; undefined for all. */
  readonly symbols: readonly string[] | undefined;
  /** The time in which to trade; undefined for all. */
  readonly period: Period | undefined;
  readonly metrics: readonly MetricName[] | "all";
  /** The columns of `--equity`. */
  readonly columns: readonly BarColumn[];
  /** The files to write, but not the page. */
  readonly files: CurveFiles;
  /** The page to write. */
  readonly page: HtmlReport | undefined;
  /** The command, for the page and the stored run. */
  readonly command: string;
  /** The bars to explain. */
  readonly explained: readonly BarPlace[];
  readonly hasChart: boolean;
  /** Whether the result is JSON on standard output. */
  readonly isJson: boolean;
  readonly isSaved: boolean;
}

/** The files that the options name, absolute. */
function filesOf({ options, io }: Invocation): CurveFiles {
  return Object.fromEntries(
    curveKinds.flatMap((kind) => {
      const file = options[kind];
      return typeof file === "string" && !isPrinted(kind, file) ? [[kind, resolve(io.cwd, file)]] : [];
    }),
  );
}

/** Throws if a file exists, or is an input, or cannot be written by its ending or its columns. */
async function checkFiles(
  { options, io, runtime }: Invocation,
  {
    files,
    pictures,
    given,
  }: { readonly files: CurveFiles; readonly pictures: Pictures; readonly given: readonly string[] },
) {
  const ofFiles = Object.entries(files).flatMap(([kind, file]) =>
    (kind === "tables" ? tableFiles(file) : [file]).map((own) => ({ flag: `--${kind}`, file: own })),
  );
  const outputs = [...ofFiles, ...pictures.outputs];
  checkOutputs(outputs, {
    inputs: [...given, runtime.loaded.file, ...configuredFiles(runtime)],
    cwd: io.cwd,
    force: options["force"] === true,
  });
  checkReportEnding(files.report);
  checkPlaces(outputs);
  await checkCurveFiles(runtime, files);
}

/** What writes the page and its pictures; undefined if none is wanted. */
async function pageOf(
  run: Invocation,
  { report, pictures, command }: Readonly<{ report: string | undefined; pictures: Pictures; command: string }>,
): Promise<HtmlReport | undefined> {
  const open = run.options["open"] === true;
  checkOpen(open, report);
  checkPictures(pictures, report);
  if (!isHtml(report)) return undefined;
  const opened = await openPicturesOf(run, pictures);
  return await htmlReport({ runtime: run.runtime, file: report, command, open, pictures: opened });
}

/**
 * Reads the options of a backtest, and checks them before any work.
 *
 * @param words - those of the command
 */
export async function backtestRequest(
  run: Invocation,
  given: readonly string[],
  words: readonly string[],
): Promise<BacktestRequest> {
  const { options, io, json } = run;
  checkParameterWords(given, options, io.cwd);
  const period = periodOf(options);
  const all = filesOf(run);
  const columns = columnsOf(options);
  const metrics = metricsOf(options, json);
  const pictures = picturesOf(run);
  await checkFiles(run, { files: all, pictures, given });
  const { report, ...others } = all;
  const command = commandText(words);
  const page = await pageOf(run, { report, pictures, command });
  const isJson = json || isPrinted("report", options["report"]);
  return {
    given,
    symbols: symbolList(options),
    period,
    metrics,
    columns,
    files: page === undefined ? all : others,
    page,
    command,
    explained: explainedBars(options),
    hasChart: !isJson && wantsChart(run),
    isJson,
    isSaved: options["save"] !== false,
  };
}
