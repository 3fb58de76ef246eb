import { AtcError, throwIfAborted } from "@atc/contract";
import { planSweep, type SweepPlan } from "@atc/sweep";
import type { Runtime } from "../wiring/runtime.ts";
import { baseConfiguration } from "./base-configuration.ts";
import { withCoverage } from "./planned-coverage.ts";
import { plannedWork } from "./planned-work.ts";
import { openSweep, type SweepSetup, type SweepSetupOptions } from "./sweep-setup.ts";
import { measureUnits, sweepMs, type UnitCosts } from "./unit-costs.ts";
import { unitSizesOf } from "./unit-sizes.ts";

/** The most configurations of a measured unit that share nothing: more would not show more. */
const mostMeasured = 64;
/** Units that stay open for the next configurations, in the cache and in the queue of results. */
const openUnits = 4;
/** Bytes of an index of the cache per evaluation, at most. */
const indexBytes = 68;

/** What a sweep would do. */
export interface PlannedSweep extends UnitCosts {
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
  /** The time of all evaluations in ms; undefined if their number is. */
  readonly totalMs: number | undefined;
  /** Evaluations that run at the same time. */
  readonly threads: number;
  /** The resident memory of the process during the sweep in bytes, estimated from that after the measured units. */
  readonly memoryBytes: number;
}

/** What the largest of the measured units leaves in memory, and what all of them would. */
function memoryOf(
  { symbols, computed, keepsSymbols, runner: { concurrency } }: SweepSetup,
  { before, after, unit, evaluations }: Readonly<Record<"before" | "after" | "unit" | "evaluations", number>>,
): number {
  // Results of units are in memory while the next ones run, and a few are open for their neighbours in the cache.
  const unitBytes = 8 * unit * computed.length * (keepsSymbols ? 1 + symbols.length : 1);
  return (
    after +
    (concurrency - 1) * Math.max(0, after - before) +
    (concurrency + openUnits) * unitBytes +
    evaluations * indexBytes
  );
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
  const { sampler, space, runner, period } = sweep;
  const { configurations, waves, isWhole } = plannedWork(sampler, space);
  if (configurations.length === 0)
    throw new AtcError("ATC_INVALID_CONFIG", "no configuration of the space is valid; give other values");
  const { concurrency } = runner;
  const { most: evaluations } = sampler;
  const sizes = unitSizesOf(sweep, baseConfiguration(space));
  const first = sizes.next;
  const largest = Math.max(...waves.map((wave) => wave.configurations));
  const wanted = Math.min(configurations.length, Math.ceil(largest / concurrency), first === 1 ? mostMeasured : first);
  const before = process.memoryUsage.rss();
  const costs = await measureUnits(
    async (count) => {
      throwIfAborted(options.signal);
      await runner.run(configurations.slice(0, count), period, options.signal);
    },
    { wanted: Math.max(1, wanted) },
  );
  const after = process.memoryUsage.rss();
  for (const { configurations: count, ms } of costs.measured) sizes.finished(count, ms);
  const unitSize = { first, later: sizes.next };
  const planned = waves.reduce((sum, wave) => sum + wave.configurations, 0);
  const plannedMs = sweepMs(costs, { waves, unitSize, concurrency });
  // The rest is like the part that was planned.
  const factor = isWhole || evaluations === undefined ? 1 : evaluations / planned;
  const isBounded = isWhole || evaluations !== undefined;
  return {
    dataset: sweep.dataset.manifest.name,
    path: sweep.path,
    symbols: sweep.symbols.length,
    rows: sweep.rows,
    size: space.size,
    evaluations,
    plan: withCoverage(planSweep(configurations, { hasStrategy: sweep.strategy.traits !== undefined }), sweep),
    isWhole,
    ...costs,
    totalMs: isBounded ? costs.startMs + factor * (plannedMs - costs.startMs) : undefined,
    threads: concurrency,
    memoryBytes: memoryOf(sweep, {
      before,
      after,
      unit: Math.min(unitSize.later, largest),
      evaluations: evaluations ?? planned,
    }),
  };
}
