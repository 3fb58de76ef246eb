import type {
  ReturnBootstrap,
  SweepDefinition,
  WalkForwardOutcome,
  WalkForwardStep,
  WindowBars,
} from "@atc/runtime/sweeps";
import { plain } from "./luck-json.ts";
import { walkForwardSummary } from "./walk-forward-summary.ts";

/** What the report depends on besides the outcome. */
interface WalkForwardJsonOptions {
  readonly definition: SweepDefinition;
  readonly seconds: number;
  readonly config: object;
  /** The returns of the account, drawn again. */
  readonly monteCarlo: ReturnBootstrap | undefined;
}

/** A number as JSON has it. */
function figure(value: number | undefined): number | null {
  return value !== undefined && Number.isFinite(value) ? value : null;
}

/** Bars of a window as JSON. */
export function windowBarsJson({ from, to, bars }: WindowBars): object {
  return { from: new Date(from).toISOString(), to: new Date(to).toISOString(), bars };
}

function stepJson({ axes, metrics }: WalkForwardOutcome, step: WalkForwardStep): object {
  const { train, test, choice, excluded, inSample, outOfSample, efficiency, rankCorrelation } = step;
  const named = (values: Float64Array): object =>
    Object.fromEntries(metrics.map((name, place) => [name, figure(values[place])]));
  return {
    train: windowBarsJson(train),
    test: windowBarsJson(test),
    choice:
      choice === undefined
        ? null
        : {
            configuration: choice.configuration,
            keys: Object.fromEntries(
              axes.flatMap(({ keys }, axis) => keys.map((key) => [key, choice.values[axis]] as const)),
            ),
            objective: { train: choice.inSample, test: figure(choice.outOfSample) },
            train: named(inSample),
            test: named(outOfSample),
          },
    ...(excluded.length === 0 ? {} : { excluded }),
    efficiency: figure(efficiency),
    rankCorrelation: figure(rankCorrelation),
  };
}

/** A walk-forward as JSON. */
export function walkForwardJson(
  outcome: WalkForwardOutcome,
  { definition, seconds, config, monteCarlo }: WalkForwardJsonOptions,
): object {
  const { origins: _, ...search } = definition;
  const { stitched, axes } = outcome;
  return {
    config,
    data: { path: outcome.path, dataset: outcome.dataset, symbols: outcome.symbols.length, bars: outcome.bars },
    search: { ...search, objective: outcome.objective.text },
    space: {
      size: outcome.size === undefined ? null : String(outcome.size),
      axes: axes.map(({ name, keys, size }) => ({ name, keys, size: size ?? null })),
    },
    lengths: outcome.lengths,
    windows: outcome.windows.map((step) => stepJson(outcome, step)),
    outOfSample:
      stitched === undefined
        ? { account: null, because: outcome.unstitched }
        : { account: stitched.metrics, costs: stitched.costs, warnings: stitched.warnings },
    monteCarlo: plain(monteCarlo),
    compoundedReturn: figure(outcome.compoundedReturn),
    efficiency: figure(outcome.efficiency),
    consistency: figure(outcome.consistency),
    rankCorrelation: figure(outcome.rankCorrelation),
    compared: outcome.compared,
    drift: outcome.drift.map(({ distance, ...one }) => ({ ...one, distance: figure(distance) })),
    summary: walkForwardSummary(outcome),
    evaluations: outcome.evaluations,
    computed: outcome.computed,
    cached: outcome.cached,
    failed: outcome.failed,
    leftOut: outcome.leftOut,
    notes: outcome.notes,
    isComplete: outcome.isComplete,
    seconds: Number(seconds.toFixed(3)),
  };
}
