import {
  type AnyBoundStrategy,
  firstMetrics,
  isMetricName,
  type MetricName,
  type MetricRecord,
  metricNames,
  type Period,
} from "@atc/backtest";
import type { AtcConfig } from "@atc/config";
import { AtcError, isAtcError, type JsonObject, type OperationOptions, type Strategy } from "@atc/contract";
import type { StoredRun } from "@atc/runs";
import { type OpenBacktestWithCurves, openBacktest, type RunBacktestOptions } from "../backtest/run-backtest.ts";
import type { Runtime } from "../wiring/runtime.ts";
import { runtimeOf } from "./stored-config.ts";

/** How a stored run is computed again. */
export interface RecomputeOptions extends OperationOptions {
  /** The strategy of a backtest, if it was given in code. */
  readonly strategy?: AnyBoundStrategy;
  /** The strategy whose parameters a search varied, if it was given in code. */
  readonly searched?: Strategy;
}

/** What replaces parts of a stored run when it is computed again. */
export interface ReplacedParts {
  readonly config?: JsonObject;
  /** Default: the generation that the run has read. */
  readonly generation?: number;
  /** Whether results of symbols come from the cache, whose keys name their rows. Default: false. */
  readonly usesCache?: boolean;
  /** What the curves have besides what the run had. Default: nothing. */
  readonly content?: (config: AtcConfig) => Pick<RunBacktestOptions, "recorded" | "fills">;
}

/** Throws ATC_UNSUPPORTED for a run whose strategy only code can give. */
export function checkStrategyGiven({ id, inputs, strategy: { name } }: StoredRun, given: unknown): void {
  if (inputs["strategyInCode"] !== true || given !== undefined) return;
  throw new AtcError(
    "ATC_UNSUPPORTED",
    `the run "${id}" was computed with the strategy "${name}" that a program gave in code; give it to verifyRun`,
    { details: { run: id } },
  );
}

/**
 * The metrics as they were probably asked for, since the keys of the cache name them: all, or those beyond the first.
 */
function wantedMetrics(metrics: JsonObject | null): readonly MetricName[] | "all" {
  const names = Object.keys(metrics ?? {}).filter(isMetricName);
  if (names.length === metricNames.length) return "all";
  // Only the names of the record are read.
  const first = Object.keys(firstMetrics((metrics ?? {}) as unknown as MetricRecord));
  return names.filter((name) => !first.includes(name));
}

/** What a stored run was asked for, as options of a backtest. */
export function backtestOptionsOf({ inputs, metrics }: StoredRun): {
  readonly symbols?: readonly string[];
  readonly period?: Period;
  readonly metrics: readonly MetricName[] | "all";
} {
  const symbols = inputs["symbols"] as readonly string[] | undefined;
  const stored = inputs["period"] as { readonly from: number | null; readonly to: number | null } | undefined;
  const period = stored && { from: stored.from ?? undefined, to: stored.to ?? undefined };
  return {
    ...(symbols === undefined ? {} : { symbols }),
    ...(period === undefined ? {} : { period }),
    metrics: wantedMetrics(metrics),
  };
}

/** Computes a stored run again over the generation that it has read, without the cache unless that is wanted. */
export async function recompute(
  runtime: Runtime,
  run: StoredRun,
  options: RecomputeOptions & ReplacedParts = {},
): Promise<OpenBacktestWithCurves> {
  const { strategy, signal, onProgress, config = run.config, generation = run.data.generation, usesCache } = options;
  checkStrategyGiven(run, strategy);
  const own = runtimeOf(runtime, config, usesCache);
  return await openBacktest(own, run.data.dataset, {
    ...backtestOptionsOf(run),
    ...options.content?.(own.config),
    ...(strategy === undefined ? {} : { strategy }),
    signal,
    onProgress,
    generation,
    curves: true,
    // The cache has the results of short runs with what their reports show.
    curvesIfComputed: true,
  });
}

/**
 * The generation that holds the rows of a run: the one that it has read, or the newest one if its rows are the same.
 *
 * @throws ATC_NOT_FOUND if neither is there
 */
export async function generationFor({ store }: Runtime, { id, data }: StoredRun): Promise<number> {
  const { dataset: name, generation, content } = data;
  const manifest = await store.find(name);
  if (manifest === undefined)
    throw new AtcError(
      "ATC_NOT_FOUND",
      `the run "${id}" has read the dataset "${name}", which does not exist any more; read it again from "${data.path}"`,
      { details: { run: id, dataset: name } },
    );
  if (content !== undefined && manifest.content === content) return manifest.generation;
  try {
    using dataset = await store.open(name, { generation });
    const isSame = content === undefined || dataset.manifest.content === content;
    if (isSame && dataset.manifest.fingerprint === data.fingerprint) return generation;
  } catch (error) {
    if (!isAtcError(error, "ATC_NOT_FOUND")) throw error;
  }
  throw new AtcError(
    "ATC_NOT_FOUND",
    `the run "${id}" has read generation ${generation} of the dataset "${name}", which is not there any more; the dataset is at generation ${manifest.generation}, and atc runs diff ${id} shows what changed`,
    { details: { run: id, dataset: name, generation } },
  );
}
