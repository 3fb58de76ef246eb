import { type RunWalkForwardOptions, runWalkForward } from "../walk-forward/run-walk-forward.ts";
import type { WalkForwardOutcome } from "../walk-forward/walk-forward-outcome.ts";
import { openRuntime, type RuntimeOptions } from "../wiring/runtime.ts";

/** The configuration of `walkForwardFile`, how it reads the file, what it searches, and in which windows. */
export interface WalkForwardFileOptions extends RuntimeOptions, RunWalkForwardOptions {}

/**
 * Runs a walk-forward over a file or a dataset in one call: reads the configuration, ingests the file unless its
 * dataset is up to date, and chooses a configuration in each window.
 *
 * @param data - path of a file, or name of a dataset
 * @throws what `openRuntime` and `runWalkForward` throw
 */
export async function walkForwardFile(data: string, options: WalkForwardFileOptions): Promise<WalkForwardOutcome> {
  await using runtime = await openRuntime({ ...options, defersRules: true });
  return await runWalkForward(runtime, data, options);
}
