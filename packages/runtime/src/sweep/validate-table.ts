import { isMetricName, type MetricName } from "@atc/backtest";
import { AtcError, type OperationOptions, type Strategy } from "@atc/contract";
import {
  type Axis,
  type AxisValue,
  type CombinatorialPaths,
  combinatorialPaths,
  combinatorialSplits,
  type FoldOutcomes,
  foldOutcomes,
  type Objective,
  purgedFolds,
} from "@atc/sweep";
import type { RunOrigin } from "../backtest/run-origin.ts";
import { gridNumbers } from "../validate/grid-numbers.ts";
import { judgeWinner, type SampledReturns } from "../validate/judge-winner.ts";
import { sweepRecord } from "../validate/sweep-record.ts";
import type { SweepValidation } from "../validate/sweep-validation.ts";
import { backtestPart } from "../wiring/config-parts.ts";
import type { Runtime } from "../wiring/runtime.ts";
import { baseConfiguration } from "./base-configuration.ts";
import { type LeadingResult, type LeadingResults, leadingResults } from "./leading-results.ts";
import type { SweepOutcome } from "./run-sweep.ts";
import type { SweepDescription } from "./sweep-description.ts";
import type { SearchedSpace, SweepListener } from "./sweep-listener.ts";
import { sweepOrigin } from "./sweep-origin.ts";
import { openSweepOfTable, type SweepOfTable } from "./tables/sweep-of-table.ts";

/** How the table of a sweep is judged. */
export interface ValidateTableOptions extends OperationOptions {
  /** Purged folds: the number of parts of the bars, each of which is tested once. Default: none. */
  readonly folds?: number;
  /** Combinatorial cross-validation: all choices of `tests` of `groups` parts of the bars are tested. Default: none. */
  readonly paths?: { readonly groups: number; readonly tests: number };
  /** Bars before and after a test that are not trained on: how far a decision looks ahead. Default: 0. */
  readonly purge?: number;
  /** Further bars after a test that are not trained on. Default: 0. */
  readonly embargo?: number;
  /** The seed of the sample and of the bootstrap, from 0 to 2^53 - 1. Default: that of the sweep, or 1. */
  readonly seed?: number;
  /** The strategy of a sweep whose strategy was given in code. */
  readonly strategy?: Strategy;
  /** The generation of the dataset. Default: the newest one. */
  readonly generation?: number;
  /** Makes what receives every evaluation of the table, when the table and the data are open. */
  readonly listen?: (searched: SearchedSpace) => SweepListener;
}

/** The sweep of a table. It has no notes, and no symbols that were left out: the table does not have them. */
export interface TableSweep
  extends Pick<
    SweepOutcome,
    | "axes"
    | "best"
    | "evaluations"
    | "excluded"
    | "failed"
    | "isComplete"
    | "leftOut"
    | "notes"
    | "requirements"
    | "size"
    | "validation"
    | "winner"
  > {
  /** What the table says of it. */
  readonly description: SweepDescription;
}

/** A configuration that a fold or a split chose. */
export interface ChosenConfiguration {
  /** Its number, as in the table. */
  readonly configuration: number;
  /** A value per axis. */
  readonly values: readonly AxisValue[];
}

/** The judgement of a sweep's table. */
export interface ValidatedTable {
  /** The table as it was named. */
  readonly path: string;
  /** The name of the dataset. */
  readonly dataset: string;
  /** What the results come from. */
  readonly origin: RunOrigin;
  /** The seed of the sample and of the bootstrap. */
  readonly seed: number;
  /** The dimensions of the space. */
  readonly axes: readonly Axis[];
  /** What was maximised. */
  readonly objective: Objective;
  /** The metrics of the table, in order. */
  readonly metrics: readonly MetricName[];
  /** The best configuration; undefined if none has a place. */
  readonly best: LeadingResult | undefined;
  /** Whether it is more than luck; undefined if there is none. */
  readonly validation: SweepValidation | undefined;
  /** The sweep, with its best 10 configurations. */
  readonly sweep: TableSweep;
  /** Bars per year of the returns; undefined if they span no time. */
  readonly barsPerYear: number | undefined;
  /** What purged folds find; undefined unless wanted, or if the best configuration has no returns. */
  readonly folds: FoldOutcomes | undefined;
  /** What combinatorial cross-validation finds, on the same conditions. */
  readonly paths: CombinatorialPaths | undefined;
  /** The configurations of the columns that `folds` and `paths` name. */
  readonly sample: readonly ChosenConfiguration[];
}

/** Configurations of the sweep that are returned. */
const mostBest = 10;

/** The bars of data of any length, to check options before anything is computed. */
const anyBars = 2 ** 40;

function checkOptions({ folds, paths, purge, embargo, seed = 1 }: ValidateTableOptions): void {
  const gaps = { bars: anyBars, purge, embargo };
  if (folds !== undefined) purgedFolds({ ...gaps, folds });
  if (paths !== undefined) combinatorialSplits({ ...gaps, ...paths });
  if (Number.isSafeInteger(seed) && seed >= 0) return;
  throw new AtcError("ATC_INVALID_CONFIG", `seed is ${seed}; give an integer from 0 to 2^53 - 1`, {
    details: { faults: [{ path: "seed", allowed: "an integer from 0 to 2^53 - 1" }] },
  });
}

/** Ranks the evaluations of a table, and records what a judgement needs of them. */
async function readEvaluations(
  { setup, description, path, evaluations }: SweepOfTable,
  record: ReturnType<typeof sweepRecord>,
  listener: SweepListener | undefined,
): Promise<LeadingResults> {
  const { definition, metrics, symbols } = description;
  const { over } = definition;
  if (over !== undefined && !description.bySymbol)
    throw new AtcError(
      "ATC_INVALID_ARGUMENT",
      `"${path}" has no rows of symbols, which "${over}" needs; sweep again with --by-symbol`,
      { details: { path } },
    );
  const { objective, requirements } = setup;
  const symbolCount = over === undefined ? 0 : symbols.length;
  const leaders = leadingResults({
    objective,
    requirements,
    over,
    metrics: metrics.filter(isMetricName),
    symbols: symbolCount,
    most: mostBest,
  });
  for await (const batch of evaluations())
    for (const one of batch) {
      const { error, metrics: portfolio } = one;
      const fault = error === undefined ? undefined : ({ code: "ATC_INVALID_DATA", message: error } as const);
      const score = leaders.add(one, { portfolio, symbols: one.symbols, fault });
      record.add(one, error === undefined ? portfolio : undefined, score);
      listener?.add(one, portfolio, score);
    }
  return leaders;
}

/** Cross-validation of the sampled returns. */
function crossValidate(
  { columns }: SampledReturns,
  { folds, paths, purge, embargo }: ValidateTableOptions,
): Pick<ValidatedTable, "folds" | "paths"> {
  const gaps = { bars: columns.rows, purge, embargo };
  return {
    folds: folds === undefined ? undefined : foldOutcomes(columns, purgedFolds({ ...gaps, folds })),
    paths: paths === undefined ? undefined : combinatorialPaths(columns, combinatorialSplits({ ...gaps, ...paths })),
  };
}

function tableSweep(
  { setup: { space, requirements }, description }: SweepOfTable,
  { best, excluded, failed }: LeadingResults,
  validation: SweepValidation | undefined,
): TableSweep {
  const { axes, size } = space;
  const { evaluations, isComplete } = description;
  const [first] = best;
  const winner = first && space.configuration(first.values);
  const found = { axes, best, evaluations, excluded, failed, isComplete, requirements, size, validation, winner };
  return { ...found, leftOut: [], notes: [], description };
}

/**
 * Judges the table of a sweep: the statistics that the sweep reports, and cross-validation of its configurations. The
 * bar returns of up to 2,000 configurations are computed again.
 *
 * @param table - path of the file, which must have the description of its sweep
 * @throws what `openSweepOfTable` throws; ATC_INVALID_CONFIG for folds, paths, gaps or a seed out of range;
 * ATC_INVALID_ARGUMENT for a table whose ranking needs rows of symbols that it lacks; ATC_ABORTED, ATC_NO_SPACE, ATC_IO
 */
export async function validateTable(
  runtime: Runtime,
  table: string,
  options: ValidateTableOptions = {},
): Promise<ValidatedTable> {
  const { strategy, generation, signal, onProgress } = options;
  const common = { ...(signal === undefined ? {} : { signal }), ...(onProgress === undefined ? {} : { onProgress }) };
  checkOptions(options);
  await using sweep = await openSweepOfTable(runtime, table, {
    ...common,
    ...(strategy === undefined ? {} : { strategy }),
    ...(generation === undefined ? {} : { generation }),
  });
  const { setup, description } = sweep;
  const { space, objective, returns, config } = setup;
  const { axes } = space;
  const seed = options.seed ?? description.definition.sample?.seed ?? 1;
  const grid = gridNumbers(axes);
  const record = sweepRecord({
    axes,
    base: baseConfiguration(space)?.backtest ?? backtestPart(config),
    metrics: description.metrics,
    seed,
    numberOf: grid?.numberOf,
  });
  const metrics = description.metrics.filter(isMetricName);
  const map = axes.length === 2 ? ([1, 0] as const) : undefined;
  const listener = options.listen?.({ axes, objective, metrics, shown: metrics, map });
  const leaders = await readEvaluations(sweep, record, listener);
  const [best] = leaders.best;
  const origin = sweepOrigin(setup);
  const head = { path: table, dataset: description.dataset, origin, seed, axes, objective, metrics, best };
  const nothing = { barsPerYear: undefined, folds: undefined, paths: undefined, sample: [] };
  if (best === undefined)
    return { ...head, ...nothing, validation: undefined, sweep: tableSweep(sweep, leaders, undefined) };
  let crossed: Omit<ValidatedTable, keyof typeof head | "validation" | "sweep"> = nothing;
  const validation = await judgeWinner({
    ...common,
    source: returns,
    axes,
    configurationOf: (values) => space.configuration(values),
    winner: best,
    record,
    trials: description.evaluations,
    seed,
    folders: [runtime.config.dataDir, runtime.config.cacheDir],
    warn: (message) => runtime.warn(message),
    onReturns(sampled) {
      crossed = {
        ...crossValidate(sampled, options),
        barsPerYear: sampled.barsPerYear,
        sample: sampled.configurations.map(({ configuration, values }) => ({ configuration, values })),
      };
    },
  });
  return { ...head, ...crossed, validation, sweep: tableSweep(sweep, leaders, validation) };
}
