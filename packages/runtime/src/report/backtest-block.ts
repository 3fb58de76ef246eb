import { AtcError, type Dataset } from "@atc/contract";
import { type ReportBlockOptions, reportBlock } from "@atc/report";
import type { OpenBacktestWithCurves } from "../backtest/run-backtest.ts";
import type { Runtime } from "../wiring/runtime.ts";
import { backtestReportData, type ReportTexts } from "./report-data.ts";

/** Opens the generation that the run has read. */
async function openRead(
  { store }: Pick<Runtime, "store">,
  { manifest: { name, generation, fingerprint, createdAt } }: OpenBacktestWithCurves["origin"],
): Promise<Dataset> {
  const dataset = await store.open(name, { generation });
  const { manifest } = dataset;
  // A dataset that is deleted and written again starts from generation 1.
  if (manifest.fingerprint === fingerprint && manifest.createdAt === createdAt) return dataset;
  dataset[Symbol.dispose]();
  throw new AtcError(
    "ATC_REPLACED",
    `the dataset "${name}" was deleted and written again after the backtest has read it; run it again`,
    { details: { name, generation } },
  );
}

/**
 * Makes the data block of a backtest's report. Prices come from the generation of the dataset that the run has read,
 * even if there is a newer one.
 *
 * @param outcome - of `openBacktest` with `curves: true` and `reportColumns` as `recorded`, not yet disposed
 * @throws ATC_NOT_FOUND if that generation is gone; ATC_REPLACED if the dataset was deleted and written again
 */
export async function backtestBlock(
  runtime: Pick<Runtime, "store">,
  outcome: OpenBacktestWithCurves,
  { maxBytes, deflating, ...texts }: ReportTexts & ReportBlockOptions = {},
): Promise<Uint8Array> {
  using dataset = await openRead(runtime, outcome.origin);
  return reportBlock(backtestReportData(outcome, dataset, texts), { maxBytes, deflating });
}
