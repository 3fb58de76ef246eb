import { resolve } from "node:path";
import { throwIfAborted } from "@atc/contract";
import { writeBlocks } from "../output/write-blocks.ts";
import { baseConfiguration } from "../sweep/base-configuration.ts";
import { configurationDigests } from "../sweep/configuration-digest.ts";
import { checkTableFile } from "../sweep/result-rows.ts";
import { type SearchEnd, type SweepProgress, searchConfigurations } from "../sweep/search-configurations.ts";
import { sweepOrigin } from "../sweep/sweep-origin.ts";
import { unitSizes } from "../sweep/unit-sizes.ts";
import type { Runtime } from "../wiring/runtime.ts";
import { axisDrift } from "./axis-drift.ts";
import {
  checkChoice,
  openWalkForward,
  type WalkForwardSetup,
  type WalkForwardSetupOptions,
} from "./open-walk-forward.ts";
import { runsOnce } from "./runs-once.ts";
import { followChoices } from "./stitched-steps.ts";
import { storedWindows } from "./stored-windows.ts";
import type { WalkForwardOutcome } from "./walk-forward-outcome.ts";
import { type WindowLeaders, windowLeaders } from "./window-leaders.ts";
import { windowTable } from "./window-table.ts";

/** How to run a walk-forward. */
export interface RunWalkForwardOptions extends WalkForwardSetupOptions {
  /**
   * Whether configurations that an earlier run with the same windows finished are taken from the cache. Default: true.
   */
  readonly resume?: boolean;
  /** Whether an abort returns what is known instead of throwing. It has no windows. Default: false. */
  readonly keepsAborted?: boolean;
  /**
   * A file for a table with a row per window, which is written at the end: .csv, .arrow or .parquet. An existing file
   * is replaced.
   */
  readonly table?: string;
  /** Receives the state of the search after every unit. */
  readonly onSweep?: (progress: SweepProgress) => void;
}

/** Evaluates every configuration of the space in all windows. */
async function searchWindows(
  runtime: Runtime,
  { sweep, planned, timed, times }: WalkForwardSetup,
  options: RunWalkForwardOptions,
  note: (text: string) => void,
): Promise<{ readonly end: SearchEnd; readonly leaders: WindowLeaders }> {
  const { space, sampler, objective, requirements, computed, keepsSymbols, period, varied, runner } = sweep;
  const { definition, resume = true, signal } = options;
  const { spans } = timed;
  const wanted = options.symbols;
  const stored = await storedWindows(runtime, sweep, { planned, spans: spans.length, resume, wanted, note });
  throwIfAborted(signal);
  const symbols = keepsSymbols ? sweep.symbols.length : 0;
  const { over } = definition;
  const { most: configurations } = sampler;
  const leaders = windowLeaders({ timed, objective, requirements, over, metrics: computed, symbols, configurations });
  const base = baseConfiguration(space);
  const traded = planned.windows.reduce((sum, { train, test }) => sum + train[1] - train[0] + test[1] - test[0], 0);
  const end = await searchConfigurations({
    space,
    sampler,
    digestOf: base === undefined ? undefined : configurationDigests(base, varied),
    stored,
    runner: {
      ...runner,
      run: (configurations, _period, aborted) => runner.run(configurations, period, aborted, spans),
    },
    sizes: unitSizes({
      rows: Math.ceil(sweep.rows * (1 + traded / times.length)),
      metrics: spans.length * computed.length,
      symbolMetrics: spans.length * computed.length * symbols,
      areShared: sweep.strategy.traits === undefined && base !== undefined && runsOnce(base, sweep, spans),
    }),
    endOf: () => undefined,
    period,
    metrics: spans.length * computed.length,
    symbols,
    leaders: leaders.results,
    keepsAborted: options.keepsAborted === true,
    onResult: () => undefined,
    onSweep: options.onSweep,
    onProgress: options.onProgress,
    signal,
  });
  return { end, leaders };
}

/** A walk-forward that was aborted. */
const unfinished = {
  windows: [],
  stitched: undefined,
  unstitched: "the search was aborted",
  compoundedReturn: undefined,
  efficiency: undefined,
  consistency: undefined,
  rankCorrelation: undefined,
};

/**
 * Searches configurations in each window of the bars, and follows the best one of each window through the bars after
 * it. Every configuration is evaluated in training and test of all windows, in one pass over the bars if the signals
 * see all bars. Finished units are stored in the cache. Figures do not depend on threads, times or the cache.
 *
 * @throws what `runSweep` throws; ATC_INVALID_CONFIG for windows that do not fit, that overlap, for a search by results
 * (`halving`, `tpe`), and for fewer than two configurations
 */
export async function runWalkForward(
  runtime: Runtime,
  data: string | undefined,
  options: RunWalkForwardOptions,
): Promise<WalkForwardOutcome> {
  const file = options.table === undefined ? undefined : resolve(runtime.cwd, options.table);
  if (file !== undefined) await checkTableFile(runtime, file);
  await using setup = await openWalkForward(runtime, data, options);
  const { sweep, planned, times } = setup;
  const notes: string[] = [];
  const { end, leaders } = await searchWindows(runtime, setup, options, (text) => notes.push(text));
  if (end.isComplete) checkChoice(end.evaluations);
  const steps = end.isComplete ? await followChoices({ ...setup, leaders }, options.signal) : unfinished;
  const { dataset, space, objective, requirements, metrics, symbols, sampler } = sweep;
  const outcome: WalkForwardOutcome = {
    dataset: dataset.manifest.name,
    origin: sweepOrigin(sweep),
    path: sweep.path,
    reused: sweep.opened.reused,
    fingerprint: dataset.manifest.fingerprint,
    rows: dataset.manifest.rows,
    symbols,
    bars: times.length,
    lengths: planned.lengths,
    axes: space.axes,
    size: space.size,
    objective,
    requirements,
    metrics,
    ...steps,
    compared: leaders.sample.size,
    drift: end.isComplete ? axisDrift(space.axes, leaders.choices()) : [],
    ...end,
    failed: leaders.results.failed,
    notes: [...notes, ...sampler.notes],
  };
  if (file !== undefined && end.isComplete) await writeBlocks(windowTable(outcome), file, runtime);
  return outcome;
}
