import { AtcError, isAtcError, throwIfAborted } from "@atc/contract";
import type { Objective, SweepConfiguration } from "@atc/sweep";
import { baseConfiguration } from "../sweep/base-configuration.ts";
import type { Runtime } from "../wiring/runtime.ts";
import { openWalkForward, type WalkForwardSetup, type WalkForwardSetupOptions } from "./open-walk-forward.ts";
import { runsOnce } from "./runs-once.ts";
import type { WindowBars } from "./walk-forward-outcome.ts";
import type { CompleteLengths } from "./window-lengths.ts";

/** What a walk-forward would do. */
export interface PlannedWalkForward {
  /** The name of the dataset that holds the data. */
  readonly dataset: string;
  /** The data as it was named. */
  readonly path: string;
  /** The number of symbols. */
  readonly symbols: number;
  /** Bars of the union of the symbols' times. */
  readonly bars: number;
  /** What would be maximised. */
  readonly objective: Objective;
  /** The lengths of the windows. */
  readonly lengths: CompleteLengths;
  /** Training and test of each window. */
  readonly windows: readonly { readonly train: WindowBars; readonly test: WindowBars }[];
  /** The most configurations. */
  readonly evaluations: number | undefined;
  /** Whether one pass over the bars serves all windows; else each window is computed by itself. */
  readonly isOnePass: boolean;
  /** The time of one configuration in all windows in ms on one thread, as measured. */
  readonly evaluationMs: number;
  /** The configurations that were measured. */
  readonly measured: number;
  /** The time of all configurations in ms; undefined if their number is. */
  readonly totalMs: number | undefined;
  /** Configurations that run at the same time. */
  readonly threads: number;
}

/** The time after which nothing more is measured. */
const measuredMs = 1000;
/** The most configurations that are measured at once. */
const mostMeasured = 64;

/** The first configurations of a search. */
function firstConfigurations({ sweep: { sampler, space } }: WalkForwardSetup, most: number): SweepConfiguration[] {
  const configurations: SweepConfiguration[] = [];
  while (!sampler.isDone && configurations.length < most)
    for (const { values } of sampler.ask())
      try {
        configurations.push(space.configuration(values));
      } catch (error) {
        // It would be among the failed ones.
        if (!isAtcError(error, "ATC_INVALID_CONFIG")) throw error;
      }
  return configurations;
}

/** Evaluates more and more configurations until enough time has passed. */
async function measure(
  { sweep: { runner, period }, timed: { spans } }: WalkForwardSetup,
  configurations: readonly SweepConfiguration[],
  signal: AbortSignal | undefined,
): Promise<Pick<PlannedWalkForward, "evaluationMs" | "measured">> {
  // The first evaluation also starts the thread and loads code.
  await runner.run(configurations.slice(0, 1), period, signal, spans);
  const startedAt = performance.now();
  let measured = 0;
  for (let size = 1; ; size = Math.min(2 * size, mostMeasured)) {
    throwIfAborted(signal);
    const unit = configurations.slice(measured, measured + size);
    await runner.run(unit, period, signal, spans);
    measured += unit.length;
    const ms = performance.now() - startedAt;
    if (ms >= measuredMs || measured >= configurations.length) return { evaluationMs: ms / measured, measured };
  }
}

/**
 * Says which windows a walk-forward would have, and measures a few configurations. Nothing is stored.
 *
 * @throws what `runWalkForward` throws before it computes
 */
export async function planWalkForward(
  runtime: Runtime,
  data: string | undefined,
  options: WalkForwardSetupOptions,
): Promise<PlannedWalkForward> {
  await using setup = await openWalkForward(runtime, data, options);
  const { sweep, planned, times, timed } = setup;
  const configurations = firstConfigurations(setup, 8 * mostMeasured);
  if (configurations.length === 0)
    throw new AtcError("ATC_INVALID_CONFIG", "no configuration of the space is valid; give other values");
  const cost = await measure(setup, configurations, options.signal);
  const { most: evaluations } = sweep.sampler;
  const threads = sweep.runner.concurrency;
  const base = baseConfiguration(sweep.space);
  const barsOf = ([from, to]: readonly [number, number]): WindowBars => ({
    from: times[from] as number,
    to: times[to - 1] as number,
    bars: to - from,
  });
  return {
    dataset: sweep.dataset.manifest.name,
    path: sweep.path,
    symbols: sweep.symbols.length,
    bars: times.length,
    objective: sweep.objective,
    lengths: planned.lengths,
    windows: planned.windows.map(({ train, test }) => ({ train: barsOf(train), test: barsOf(test) })),
    evaluations,
    isOnePass: base !== undefined && runsOnce(base, sweep, timed.spans),
    ...cost,
    totalMs: evaluations === undefined ? undefined : (evaluations * cost.evaluationMs) / threads,
    threads,
  };
}
