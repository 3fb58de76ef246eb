import type { OpenBacktest } from "@atc/runtime";
import { reportJson } from "@atc/runtime";
import type { BarExplanation } from "@atc/runtime/checks";
import type { Invocation } from "../invocation/invocation.ts";
import { backtestTable } from "../reports/backtest-table.ts";
import { curveChart } from "../reports/curve-chart.ts";
import { explanationLines } from "../reports/explanation-lines.ts";
import type { BacktestRequest } from "./backtest-request.ts";

/** Where the results came from. */
function origin({ cached, cachedSymbols, report: { symbols, contributions } }: OpenBacktest): string {
  const count = symbols.length + (contributions?.length ?? 0);
  // One account over all symbols is simulated even if the cache has the decisions of each.
  const isAll = contributions === undefined ? count > 0 && cachedSymbols === count : cached;
  if (isAll) return "results from the cache";
  const what = contributions === undefined ? "symbols" : "decisions";
  return cachedSymbols === 0 ? "computed" : `computed, ${cachedSymbols} of ${count} ${what} from the cache,`;
}

/** The dataset of the rows, whose name other commands take. */
function datasetLine(
  { dataset, reused, cachedSymbols }: Pick<OpenBacktest, "dataset" | "reused" | "cachedSymbols">,
  files: number,
): string {
  if (reused) return `dataset ${dataset}`;
  const known = cachedSymbols > 0 ? ", with rows that results were known for" : "";
  const what = files > 1 ? `the rows of ${files} files` : "the rows";
  return `${what} were read into the dataset ${dataset}${known}`;
}

/** What a backtest has computed. */
interface ComputedBacktest {
  readonly outcome: OpenBacktest;
  readonly explanations: readonly BarExplanation[];
  /** Whether the dataset already existed and was up to date. */
  readonly reused: boolean;
  /** The time that it took. */
  readonly seconds: number;
}

/** Prints the table, the chart and the explanations. */
function printTexts(
  { screen, options, runtime, print, printFitted }: Invocation,
  { given, symbols, metrics, hasChart }: BacktestRequest,
  { outcome: { report, dataset, overview }, explanations }: ComputedBacktest,
): void {
  // A report holds all metrics; the table has those that were asked for.
  const shown = options["metrics"] === undefined ? [] : metrics;
  printFitted(backtestTable(report, dataset, { screen, given, symbols, metrics: shown }));
  if (hasChart && overview !== undefined) printFitted(`\n${curveChart(overview, { screen, monthsIn: "--tables" })}`);
  for (const one of explanations) print("", ...explanationLines(one, { ...runtime.config, ...report.config }, screen));
}

/** Prints a backtest for people, or as JSON. */
export async function printBacktest(
  run: Invocation,
  request: BacktestRequest,
  computed: ComputedBacktest,
): Promise<void> {
  const { outcome, explanations, reused, seconds } = computed;
  if (request.isJson) {
    const { report } = outcome;
    await run.printPortions(reportJson(request.explained.length > 0 ? { ...report, explanations } : report));
    return;
  }
  printTexts(run, request, computed);
  const { dataset, cachedSymbols } = outcome;
  const origins = datasetLine({ dataset, reused, cachedSymbols }, request.given.length);
  run.say("", `${origin(outcome)} in ${seconds.toFixed(2)} s`, origins);
}
