import { isAtcError } from "@atc/contract";
import { findRun, openRun, type RunDraft, type StoredRun } from "@atc/runs";
import { hasReportedContent, mostReportedBars } from "../backtest/reported-content.ts";
import type { OpenBacktest, OpenBacktestWithCurves } from "../backtest/run-backtest.ts";
import type { Runtime } from "../wiring/runtime.ts";

/** The name of the data block of the report in the folder of a run. */
export const reportFile = "report.npz";

/** The largest data block that a run holds. */
const mostReportBytes = 3_000_000;

/** A report to store, or why there is none. */
interface StorableReport {
  readonly block?: Uint8Array | undefined;
  readonly note?: string;
}

/** What a run says and has of its report. */
interface HeldReport {
  readonly run: RunDraft;
  readonly files: Readonly<Record<string, Iterable<Uint8Array>>>;
}

/** A run with a report, which is left out if it is too large. Without one, the run says why. */
export function withReport(run: RunDraft, { block, note }: StorableReport): HeldReport {
  if (block !== undefined && block.length <= mostReportBytes) return { run, files: { [reportFile]: [block] } };
  const why =
    block === undefined
      ? note
      : `its data of ${block.length} bytes is more than the ${mostReportBytes} that a run holds`;
  if (why === undefined) return { run, files: {} };
  return { run: { ...run, notes: [...run.notes, `the run does not hold its report: ${why}`] }, files: {} };
}

/** The newest stored run of these inputs; undefined if a report is to be stored and none of that run is. */
export async function runStoredBefore(
  digest: string,
  directory: string,
  report: Uint8Array | undefined,
): Promise<StoredRun | undefined> {
  const known = await findRun(digest, { directory });
  if (known === undefined || report === undefined) return known;
  const { files } = await openRun(known.id, { directory });
  return files.includes(reportFile) ? known : undefined;
}

function hasCurves(outcome: OpenBacktest): outcome is OpenBacktestWithCurves {
  return outcome.curves !== undefined;
}

/** Makes the report of a short backtest. A fault does not keep the run from being stored. */
export async function shortReport(
  runtime: Runtime,
  outcome: OpenBacktest,
  command: string | undefined,
): Promise<StorableReport> {
  if (outcome.bars > mostReportedBars)
    return { note: `${outcome.bars} bars are more than ${mostReportedBars}; atc report computes it` };
  if (!hasCurves(outcome) || !hasReportedContent(outcome.curves, outcome.origin.config))
    return { note: "its curves were kept without what a report shows; atc report computes it" };
  try {
    // Only programs that store runs load what makes reports.
    const { backtestBlock } = await import("../report/backtest-block.ts");
    return { block: await backtestBlock(runtime, outcome, { command, deflating: "fast" }) };
  } catch (error) {
    if (!isAtcError(error) || error.code === "ATC_ABORTED") throw error;
    return { note: error.message };
  }
}
