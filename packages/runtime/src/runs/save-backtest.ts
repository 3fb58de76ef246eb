import { inputDigest, type RunDraft, type StoredRun, saveRun } from "@atc/runs";
import type { BacktestCurves } from "../backtest/backtest-curves.ts";
import { type OpenBacktest, openBacktest, type RunBacktestOptions } from "../backtest/run-backtest.ts";
import { arrowPortions } from "../output/write-blocks.ts";
import type { Runtime } from "../wiring/runtime.ts";
import { runStoredBefore, shortReport, withReport } from "./report-file.ts";
import { draftOf, inputsOf } from "./run-draft.ts";
import { tradesFile, tradeTable } from "./trade-rows.ts";

/** A run in the folder of runs. */
export interface SavedRun {
  readonly run: StoredRun;
  /** Whether it was stored now. If not, a run of the same inputs was stored before, on the same platform. */
  readonly isNew: boolean;
}

/** The report of a run that is stored. */
export interface SaveReportOptions {
  /**
   * The data block of the run's page, as `onBlock` of `writeReport` and its like receives it. Default: that of a
   * backtest of at most 30,000 bars is made, and other runs hold none.
   */
  readonly report?: Uint8Array | undefined;
}

/** The options of a backtest whose run is stored. */
export interface SaveBacktestOptions extends RunBacktestOptions, SaveReportOptions {
  /** A run with more trades has their digests, but not the trades. Default: 200,000. */
  readonly mostTrades?: number;
  /** The command that the report shows, if its data block is made. */
  readonly command?: string | undefined;
}

/**
 * Stores the run of a backtest in the folder `runsDir`. A run of the same data, configuration, code and platform that
 * is stored already is returned instead. If the outcome came from the cache without its curves, they are read or
 * computed. A run that is stored without a report is stored again with `options.report`.
 *
 * @param options - those of the backtest
 * @throws ATC_NO_SPACE, ATC_READ_ONLY, ATC_IO; what `openBacktest` throws
 */
export async function saveBacktest(
  runtime: Runtime,
  outcome: OpenBacktest,
  options: SaveBacktestOptions = {},
): Promise<SavedRun> {
  const directory = runtime.config.runsDir;
  const known = await runStoredBefore(inputDigest(inputsOf(runtime, outcome, options)), directory, options.report);
  if (known !== undefined) return { run: known, isNew: false };
  if (outcome.curves !== undefined) return { run: await save(runtime, outcome, options), isNew: true };
  const { symbols, period, metrics, strategy, signal, onProgress } = options;
  using again = await openBacktest(runtime, outcome.dataset, {
    ...(symbols === undefined ? {} : { symbols }),
    ...(period === undefined ? {} : { period }),
    ...(metrics === undefined ? {} : { metrics }),
    ...(strategy === undefined ? {} : { strategy }),
    signal,
    onProgress,
    generation: outcome.origin.manifest.generation,
    curves: true,
    curvesIfComputed: true,
  });
  // The report names the data as the user did.
  return { run: await save(runtime, { ...again, report: outcome.report }, options), isNew: true };
}

async function save(runtime: Runtime, outcome: OpenBacktest, options: SaveBacktestOptions): Promise<StoredRun> {
  const { report, command, ...others } = options;
  const drafted = draftOf(runtime, outcome, others);
  const made = report === undefined ? await shortReport(runtime, outcome, command) : { block: report };
  const { run, files } = withReport(drafted.run, made);
  return await saveRun({
    directory: runtime.config.runsDir,
    run,
    symbols: drafted.symbols,
    files: { ...tradeFiles(run, outcome.curves), ...files },
  });
}

/** The file of the trades of a run, unless there are too many. */
export function tradeFiles(
  { trades }: Pick<RunDraft, "trades">,
  curves: BacktestCurves | undefined,
): Readonly<Record<string, Iterable<Uint8Array>>> {
  if (trades?.isStored !== true || curves === undefined) return {};
  return { [tradesFile]: arrowPortions(tradeTable(curves)) };
}
