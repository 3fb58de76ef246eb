import { AtcError } from "@atc/contract";
import { renderReport as pageOf, reportResult } from "@atc/report";
import { type OpenRun, openRun, type RunSymbol, type StoredRun } from "@atc/runs";
import type { BacktestReport } from "../backtest/backtest-report.ts";
import { reportedContent } from "../backtest/reported-content.ts";
import { backtestBlock } from "../report/backtest-block.ts";
import type { Runtime } from "../wiring/runtime.ts";
import { runCommand } from "./export-run.ts";
import { backtestOptionsOf, generationFor, type RecomputeOptions, recompute } from "./recompute.ts";
import { reportFile } from "./report-file.ts";
import { draftOf } from "./run-draft.ts";
import { mismatchesOf } from "./run-mismatches.ts";
import { judgesTable } from "./searched.ts";

/** The report of a stored run. */
export interface RunReport {
  readonly run: StoredRun;
  /** The symbols of the run with their figures, sorted by UTF-16 code unit. */
  readonly symbols: readonly RunSymbol[];
  /** The data block: an NPZ with everything that the page shows. */
  readonly block: Uint8Array;
  /** Whether it was computed now, because the run does not hold it. */
  readonly isComputed: boolean;
}

/** The error of a run that only its command gives a page. */
function withoutReport(run: StoredRun): AtcError {
  const what = judgesTable(run)
    ? `the run "${run.id}" judges the table of a sweep, which has no page; atc runs show ${run.id} prints what it found`
    : `the run "${run.id}" is a ${run.kind} that was stored without a page; run it again with one: ${runCommand(run)} --report report.html`;
  return new AtcError("ATC_UNSUPPORTED", what, { details: { run: run.id } });
}

/** Computes a backtest again, and makes its report if it is the same. */
async function blockAgain(
  runtime: Runtime,
  { run }: OpenRun,
  symbols: readonly RunSymbol[],
  options: RecomputeOptions,
): Promise<Uint8Array> {
  const generation = await generationFor(runtime, run);
  using outcome = await recompute(runtime, run, {
    ...options,
    generation,
    content: (config) => reportedContent(config),
  });
  const [different] = mismatchesOf({ run, symbols }, draftOf(runtime, outcome, backtestOptionsOf(run)));
  if (different !== undefined)
    throw new AtcError(
      "ATC_UNSUPPORTED",
      `the run "${run.id}" does not hold its report, and it differs when it is computed again: ${different.what} of ${different.symbol ?? "the portfolio"}; atc runs diff ${run.id} names the cause`,
      { details: { run: run.id } },
    );
  const { report } = outcome;
  const named = { ...outcome, report: { ...report, data: { ...report.data, path: run.data.path } } };
  return await backtestBlock(runtime, named, { command: `atc report ${run.id}` });
}

/**
 * The report of a stored run. A backtest that does not hold it is computed again, and must come to the same curves,
 * trades and figures. Rows and code are needed only then.
 *
 * @param name - what `openRun` accepts
 * @throws ATC_NOT_FOUND, ATC_INVALID_ARGUMENT and ATC_CORRUPT_DATA as `openRun`; ATC_UNSUPPORTED for a run of a newer
 * version, for a search or a judgement that was stored without its page, and for a backtest that differs when it is
 * computed again; ATC_NOT_FOUND if rows that are needed are gone
 */
export async function runReport(runtime: Runtime, name: string, options: RecomputeOptions = {}): Promise<RunReport> {
  const stored = await openRun(name, { directory: runtime.config.runsDir });
  const { run, files } = stored;
  const symbols = await stored.symbols();
  if (files.includes(reportFile)) return { run, symbols, block: await stored.read(reportFile), isComputed: false };
  if (run.kind !== "backtest") throw withoutReport(run);
  return { run, symbols, block: await blockAgain(runtime, stored, symbols, options), isComputed: true };
}

/**
 * Renders the page of a stored run: that of `--report` of its command.
 *
 * @throws ATC_CORRUPT_DATA, ATC_UNSUPPORTED
 */
export function renderReport({ block }: Pick<RunReport, "block">): Uint8Array {
  return pageOf(block);
}

/**
 * The object that `atc backtest --json` prints, of a stored backtest: with the metrics that the run has, and without
 * the folders of absolute paths.
 *
 * @throws ATC_INVALID_ARGUMENT for another kind of run; ATC_CORRUPT_DATA, ATC_UNSUPPORTED
 */
export function runResult({ run, symbols, block }: RunReport): BacktestReport {
  if (run.kind !== "backtest")
    throw new AtcError(
      "ATC_INVALID_ARGUMENT",
      `the run "${run.id}" is a ${run.kind}, which is not the JSON of a backtest; atc runs show ${run.id} --json prints what it found`,
      { details: { run: run.id } },
    );
  // What wrote the block has put such a report into it.
  const result = reportResult(block) as unknown as BacktestReport;
  // A block has only some metrics of many symbols.
  const figures = new Map(symbols.map(({ symbol, metrics }) => [symbol, metrics]));
  const symbolsOfRun = result.symbols.map((one) => ({ ...one, ...figures.get(one.symbol) }));
  return { ...result, symbols: symbolsOfRun };
}
