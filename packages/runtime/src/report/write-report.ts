import { type RenderOptions, renderReport } from "@atc/report";
import type { OpenBacktestWithCurves } from "../backtest/run-backtest.ts";
import { replaceFile } from "../output/replace-file.ts";
import type { Runtime } from "../wiring/runtime.ts";
import { backtestBlock } from "./backtest-block.ts";
import type { ReportTexts } from "./report-data.ts";

/** How a page is written. */
export interface PageOptions extends RenderOptions {
  /** Receives the data block of the page: a stored run that has it as its `report` renders the same page. */
  readonly onBlock?: ((block: Uint8Array) => void) | undefined;
}

/** How the report of a backtest is written. */
export interface WriteReportOptions extends ReportTexts, PageOptions {}

/** Writes the page of a data block, and replaces a file that exists. Returns its size in bytes. */
export async function writePage(block: Uint8Array, file: string): Promise<number> {
  const bytes = renderReport(block);
  await replaceFile(file, [bytes]);
  return bytes.length;
}

/**
 * Writes the report of a backtest as one HTML file. Returns its size in bytes. Prices come from the generation of the
 * dataset that the run has read, even if there is a newer one.
 *
 * @param outcome - of `openBacktest` with `curves: true` and `reportColumns` as `recorded`, not yet disposed
 * @throws ATC_NOT_FOUND if that generation is gone; ATC_REPLACED if the dataset was deleted and written again; ATC_IO,
 * ATC_NO_SPACE, ATC_READ_ONLY
 */
export async function writeReport(
  runtime: Pick<Runtime, "store">,
  outcome: OpenBacktestWithCurves,
  file: string,
  { onBlock, ...options }: WriteReportOptions = {},
): Promise<number> {
  const block = await backtestBlock(runtime, outcome, options);
  const bytes = await writePage(block, file);
  onBlock?.(block);
  return bytes;
}
