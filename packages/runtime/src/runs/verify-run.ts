import { openRun, type StoredRun } from "@atc/runs";
import type { Runtime } from "../wiring/runtime.ts";
import { draftAgain } from "./draft-again.ts";
import { generationFor, type RecomputeOptions } from "./recompute.ts";
import { mismatchesOf, type RunMismatch, tableMismatches } from "./run-mismatches.ts";

/** The result of {@link verifyRun}. */
export interface RunVerification {
  readonly run: StoredRun;
  /** Whether everything is the same. */
  readonly isSame: boolean;
  /** Symbols that were compared. */
  readonly symbols: number;
  /** The differences, those of the portfolio first. */
  readonly mismatches: readonly RunMismatch[];
}

/**
 * Computes a stored run again and compares it: curves, trades and fills bit for bit, metrics, tables and findings
 * within 1e-12.
 *
 * @param name - what `openRun` accepts
 * @throws ATC_NOT_FOUND if the run, its dataset or the generation of it is gone; ATC_CORRUPT_DATA; ATC_UNSUPPORTED;
 * what `openBacktest`, `runSweep`, `runWalkForward`, `validate` and `validateTable` throw
 */
export async function verifyRun(
  runtime: Runtime,
  name: string,
  options: RecomputeOptions = {},
): Promise<RunVerification> {
  const stored = await openRun(name, { directory: runtime.config.runsDir });
  const symbols = await stored.symbols();
  const generation = await generationFor(runtime, stored.run);
  const again = await draftAgain(runtime, stored.run, { ...options, generation });
  const mismatches = [...mismatchesOf({ run: stored.run, symbols }, again), ...(await tableMismatches(stored, again))];
  return { run: stored.run, isSame: mismatches.length === 0, symbols: symbols.length, mismatches };
}
