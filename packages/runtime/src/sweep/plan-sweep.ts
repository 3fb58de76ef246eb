import { AtcError, throwIfAborted } from "@atc/contract";
import { type Candidate, planSweep, type SweepConfiguration, type SweepPlan } from "@atc/sweep";
import type { Runtime } from "../wiring/runtime.ts";
import { openSweep, type SweepSetup, type SweepSetupOptions } from "./sweep-setup.ts";

/** What a sweep would do. */
export interface PlannedSweep {
  /** The name of the dataset that holds the data. */
  readonly dataset: string;
  /** The data as it was named. */
  readonly path: string;
  /** The number of symbols. */
  readonly symbols: number;
  /** Rows of all symbols. */
  readonly rows: number;
  /** The number of combinations of values; undefined if there is no bound. */
  readonly size: bigint | undefined;
  /** The most evaluations; undefined if only the end of the search shows it. */
  readonly evaluations: number | undefined;
  /** The nodes that configurations share, of as many configurations as were planned. */
  readonly plan: SweepPlan;
  /** Whether the plan is of all configurations. */
  readonly isWhole: boolean;
  /** The time of one evaluation in ms on one thread, as measured. */
  readonly evaluationMs: number;
  /** The evaluations that were measured. */
  readonly measured: number;
  /** The time of all evaluations in ms; undefined if their number is. */
  readonly totalMs: number | undefined;
  /** Evaluations that run at the same time. */
  readonly threads: number;
  /** Resident memory of this process after the measurement, in bytes. */
  readonly memoryBytes: number;
}

/** The most configurations of a plan. */
const mostPlanned = 100_000;
/** The time after which nothing more is measured. */
const measuredMs = 1000;
/** The most configurations that are measured at once. */
const mostMeasured = 64;

/**
 * The configurations that a sampler asks for, as far as it needs no outcomes. Those that are not valid are left out.
 */
function askedConfigurations({ sampler, space }: SweepSetup): {
  readonly configurations: readonly SweepConfiguration[];
  readonly isWhole: boolean;
} {
  const configurations: SweepConfiguration[] = [];
  while (!sampler.isDone && configurations.length < mostPlanned) {
    const asked: readonly Candidate[] = sampler.ask();
    if (asked.length === 0) break;
    for (const { values } of asked)
      try {
        configurations.push(space.configuration(values));
      } catch {
        // Its row will have the error.
      }
  }
  return { configurations, isWhole: sampler.isDone };
}

/** Evaluates more and more configurations until enough time has passed. */
async function measure(
  { runner, period }: SweepSetup,
  configurations: readonly SweepConfiguration[],
  signal: AbortSignal | undefined,
): Promise<Pick<PlannedSweep, "evaluationMs" | "measured">> {
  // The first evaluation also starts the thread and loads code.
  await runner.run(configurations.slice(0, 1), period, signal);
  const startedAt = performance.now();
  let measured = 0;
  for (let size = 1; ; size = Math.min(2 * size, mostMeasured)) {
    throwIfAborted(signal);
    const from = measured % configurations.length;
    const unit = configurations.slice(from, from + size);
    await runner.run(unit, period, signal);
    measured += unit.length;
    const ms = performance.now() - startedAt;
    if (ms >= measuredMs || measured >= configurations.length) return { evaluationMs: ms / measured, measured };
  }
}

/**
 * Counts what a sweep would compute, and measures a few configurations. Nothing is stored.
 *
 * @throws what `runSweep` throws before it computes
 */
export async function planSweepRun(
  runtime: Runtime,
  data: string | undefined,
  options: SweepSetupOptions,
): Promise<PlannedSweep> {
  await using sweep = await openSweep(runtime, data, options);
  const { sampler, space, runner } = sweep;
  const { configurations, isWhole } = askedConfigurations(sweep);
  if (configurations.length === 0)
    throw new AtcError("ATC_INVALID_CONFIG", "no configuration of the space is valid; give other values");
  const cost = await measure(sweep, configurations, options.signal);
  const { concurrency } = runner;
  const { most: evaluations } = sampler;
  return {
    dataset: sweep.dataset.manifest.name,
    path: sweep.path,
    symbols: sweep.symbols.length,
    rows: sweep.rows,
    size: space.size,
    evaluations,
    plan: planSweep(configurations, { hasStrategy: sweep.strategy.traits !== undefined }),
    isWhole,
    ...cost,
    totalMs: evaluations === undefined ? undefined : (evaluations * cost.evaluationMs) / concurrency,
    threads: concurrency,
    memoryBytes: process.memoryUsage().rss,
  };
}
