import type { OperationOptions } from "@atc/contract";
import type { ResampleOptions, ResampleResult } from "@atc/resample";
import type { Runtime } from "../wiring/runtime.ts";
import type { DataOptions } from "./data.ts";
import { openData } from "./data.ts";

/** How data become a dataset of other bars. */
export interface ResampleDataOptions extends OperationOptions {
  /** The rule, the session and what else `@atc/resample` takes. */
  readonly bars: ResampleOptions;
  /** The new dataset's name; that of the original, `-` and the rule where absent. */
  readonly name?: string;
  /** Whether the new dataset is made again though it is up to date. */
  readonly force?: boolean;
  /** How `data` is read where it is a file. */
  readonly reading?: DataOptions;
}

/**
 * Makes a dataset of the bars of a dataset or a file.
 *
 * @throws what {@link openData} and `resample` of `@atc/resample` throw
 */
export async function resampleData(
  runtime: Runtime,
  data: string,
  options: ResampleDataOptions,
): Promise<ResampleResult> {
  const { bars, force, reading, signal, onProgress } = options;
  // Loaded if bars are made: every other run starts faster without.
  const { formatBarRule, parseBarRule, resample } = await import("@atc/resample");
  const rule = typeof bars.to === "string" ? parseBarRule(bars.to) : bars.to;
  using opened = await openData(runtime, data, { ...reading, signal, onProgress });
  const { name = `${opened.dataset.manifest.name}-${formatBarRule(rule)}` } = options;
  return await resample(opened.dataset, runtime.store, {
    ...bars,
    name,
    signal,
    onProgress,
    ...(force === undefined ? {} : { force }),
  });
}
