import { type RunSweepOptions, runSweep, type SweepOutcome } from "../sweep/run-sweep.ts";
import type { RuntimeOptions } from "../wiring/runtime.ts";
import { openRuntime } from "../wiring/runtime.ts";

/** The configuration of `sweepFile`, how it reads the file, and what it searches. */
export interface SweepFileOptions extends RuntimeOptions, RunSweepOptions {}

/**
 * Sweeps a file or a dataset in one call: reads the configuration, ingests the file unless its dataset is up to date,
 * and evaluates the configurations of a space.
 *
 * @param data - path of a file, or name of a dataset
 * @throws what `openRuntime` and `runSweep` throw
 */
export async function sweepFile(data: string, options: SweepFileOptions): Promise<SweepOutcome> {
  await using runtime = await openRuntime({ ...options, defersRules: true });
  return await runSweep(runtime, data, options);
}
