import type { OperationOptions } from "@atc/contract";
import type { ResampleOptions, ResampleResult } from "@atc/resample";
import { datasetFindings } from "../backtest/dataset-findings.ts";
import { asMadeFrom, datasetNotes } from "../data/dataset-notes.ts";
import type { DataOptions } from "../data/open-data.ts";
import { openData } from "../data/open-data.ts";
import { checkMayReplace } from "../data/replaced-dataset.ts";
import type { Runtime } from "../wiring/runtime.ts";

/** How a dataset of other bars is made. */
export interface ResampleDataOptions extends OperationOptions {
  /** The rule, the session and the other options of `@atc/resample`. */
  readonly bars: ResampleOptions;
  /** The name of the new dataset. Default: the name of the original, `-` and the rule. */
  readonly name?: string;
  /** Whether the new dataset is rewritten even if it is up to date, or holds rows from elsewhere. */
  readonly reread?: boolean;
  /** Whether the new dataset is rewritten even if rows were appended to it, which are dropped. */
  readonly dropAppended?: boolean;
  /** How `data` is read if it is a file. */
  readonly reading?: DataOptions;
}

/**
 * Makes a dataset of longer bars from a dataset or a file.
 *
 * @throws what {@link openData} and `resample` of `@atc/resample` throw
 */
export async function resampleData(
  runtime: Runtime,
  data: string,
  options: ResampleDataOptions,
): Promise<ResampleResult> {
  const { bars, reread = false, dropAppended = false, reading, signal, onProgress } = options;
  // Loaded on demand: all other runs start faster without it.
  const { formatBarRule, parseBarRule, resample } = await import("@atc/resample");
  const rule = typeof bars.to === "string" ? parseBarRule(bars.to) : bars.to;
  using opened = await openData(runtime, data, { ...reading, signal, onProgress });
  const { name = `${opened.dataset.manifest.name}-${formatBarRule(rule)}` } = options;
  // An append changes the fingerprint, so the dataset with it is never up to date.
  if (!dropAppended)
    await checkMayReplace(runtime, name, { origin: { madeFrom: opened.dataset.manifest.name }, reread });
  const { dataset } = opened;
  const report = await datasetFindings(runtime, dataset, { signal, onProgress });
  const sourceNotes = asMadeFrom(datasetNotes(report, dataset.manifest)).map((note) => ({ ...note }));
  return await resample(dataset, runtime.store, {
    ...bars,
    name,
    sourceNotes,
    signal,
    onProgress,
    force: reread || dropAppended,
  });
}
