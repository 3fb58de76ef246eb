import type { MetricName, Period } from "@atc/backtest";
import { AtcError, type Dataset, type Executor } from "@atc/contract";
import type { SweepConfiguration } from "@atc/sweep";
import type { StitchTaskInput, UnitTaskInput } from "../compute/unit-task.ts";
import {
  type EvaluationFault,
  type EvaluationResults,
  type EvaluationSpan,
  type EvaluationUnit,
  emptyResults,
  type LeftOutSymbol,
} from "../evaluate/evaluation.ts";
import { spanEvaluator } from "../evaluate/spans/span-evaluator.ts";
import { unitEvaluators } from "../evaluate/spans/unit-evaluators.ts";
import {
  type ChoicesOfWindows,
  type StitchedResults,
  type StitchUnit,
  stitchWindows,
} from "../evaluate/stitch/stitch-windows.ts";
import { runWatched } from "../strategy/strategy-watch.ts";
import type { Runtime } from "../wiring/runtime.ts";
import type { SweepStrategy } from "./sweep-strategy.ts";
import { onThreads, unitParts } from "./unit-parts.ts";

const taskRef = { task: "@atc/runtime#evaluateUnit", version: 1 };
const stitchRef = { task: "@atc/runtime#stitchChoices", version: 1 };

/** Evaluates units of a sweep: on threads, or on this one. */
export interface UnitRunner {
  /** Number of units that run at the same time. */
  readonly concurrency: number;
  /** Evaluates one or more configurations over a period, or over spans that replace it. */
  run(
    configurations: readonly SweepConfiguration[],
    period: Period | undefined,
    signal: AbortSignal | undefined,
    spans?: EvaluationUnit["spans"],
  ): Promise<EvaluationResults>;
  /** Follows choices of windows through their tests, with the metrics that are wanted of them. */
  stitch(choices: ChosenWindows, signal: AbortSignal | undefined): Promise<StitchedResults>;
}

/** The choices of windows. */
interface ChosenWindows {
  /** The chosen configurations, one or more. */
  readonly configurations: readonly SweepConfiguration[];
  /** Training, test and choice of each window. */
  readonly windows: ChoicesOfWindows & { readonly spans: readonly EvaluationSpan[] };
  readonly metrics: readonly MetricName[];
}

/** When accounts trade. */
type UnitTimes = Pick<EvaluationUnit, "period" | "spans">;

/** What a unit runner needs besides the runtime. */
export interface UnitRunnerOptions {
  readonly dataset: Dataset;
  readonly strategy: SweepStrategy;
  readonly symbols: readonly string[];
  readonly metrics: readonly MetricName[];
  readonly bySymbol: boolean;
  /** The threads, or for a strategy of a package those of other machines; undefined to compute on this one. */
  readonly executor: Executor | undefined;
}

/** The results of units of one configuration each as those of the unit that they were divided from. */
function joinedResults(
  unit: EvaluationUnit,
  single: readonly (EvaluationResults | Omit<EvaluationFault, "place">)[],
): EvaluationResults {
  const results = emptyResults(unit);
  const width = results.portfolios.length / single.length;
  const symbolWidth = results.symbols.length / single.length;
  const faults: EvaluationFault[] = [];
  const leftOut = new Map<string, LeftOutSymbol>();
  for (const [place, one] of single.entries()) {
    if (!("portfolios" in one)) {
      faults.push({ place, ...one });
      continue;
    }
    results.portfolios.set(one.portfolios, place * width);
    results.symbols.set(one.symbols, place * symbolWidth);
    for (const fault of one.faults) faults.push({ ...fault, place });
    for (const found of one.leftOut) {
      const before = leftOut.get(found.symbol)?.configurations ?? 0;
      leftOut.set(found.symbol, { ...found, configurations: before + found.configurations });
    }
  }
  return { ...results, faults, leftOut: [...leftOut.values()].sort((a, b) => (a.symbol < b.symbol ? -1 : 1)) };
}

/** Creates the runner of a sweep's units. */
export function unitRunner(runtime: Runtime, options: UnitRunnerOptions): UnitRunner {
  const { dataset, strategy, symbols, metrics, bySymbol, executor } = options;
  const { limit } = runtime.config;
  const { own } = strategy;
  const parts = unitParts(runtime, { dataset, strategy });

  const unitOf = (configurations: readonly SweepConfiguration[], { period, spans }: UnitTimes): EvaluationUnit => {
    return { configurations, symbols, metrics, bySymbol, limit, period, spans };
  };

  async function runHere(unit: EvaluationUnit, signal: AbortSignal | undefined): Promise<EvaluationResults> {
    const evaluate = spanEvaluator(unitEvaluators(parts.evaluators()));
    return await evaluate(unit, { signal });
  }

  /**
   * Runs a strategy of the user's. If it does not return for a configuration, or ends its thread, that configuration
   * has the fault, and the others run in tasks of their own: what the ended task had computed is lost.
   */
  async function runOwn(
    { module, executor: threads, deadline }: NonNullable<typeof own>,
    unit: EvaluationUnit,
    signal: AbortSignal | undefined,
  ): Promise<EvaluationResults> {
    const watched = (some: EvaluationUnit): ReturnType<typeof runWatched<UnitTaskInput, EvaluationResults>> =>
      runWatched((watch) => parts.inputOf(some, { module, watch }), {
        executor: executor ?? threads,
        task: taskRef,
        deadline,
        signal,
      });
    const whole = await watched(unit);
    if (whole.kind === "done") return whole.output;
    const single: (EvaluationResults | Omit<EvaluationFault, "place">)[] = [];
    for (const [place, configuration] of unit.configurations.entries()) {
      const outcome = place === whole.place ? whole : await watched({ ...unit, configurations: [configuration] });
      if (outcome.kind === "done") single.push(outcome.output);
      else single.push({ code: "ATC_STRATEGY", message: `the strategy "${module.label}" ${outcome.what}` });
    }
    return joinedResults(unit, single);
  }

  async function stitchHere(given: StitchUnit, signal: AbortSignal | undefined): Promise<StitchedResults> {
    const own = parts.evaluators();
    return await stitchWindows({ ...own, evaluators: unitEvaluators(own) }, given, { signal });
  }

  async function stitchOwn(
    { module, executor: threads, deadline }: NonNullable<typeof own>,
    { unit, windows }: StitchUnit,
    signal: AbortSignal | undefined,
  ): Promise<StitchedResults> {
    const outcome = await runWatched<StitchTaskInput, StitchedResults>(
      (watch) => ({ ...parts.inputOf(unit, { module, watch }), windows }),
      { executor: executor ?? threads, task: stitchRef, deadline, signal },
    );
    if (outcome.kind === "done") return outcome.output;
    return {
      chosen: { ...emptyResults(unit), faults: [], leftOut: [] },
      returns: new Float64Array(4 * windows.choices.length).fill(Number.NaN),
      account: undefined,
      missing: `the strategy "${module.label}" ${outcome.what}`,
    };
  }

  return {
    get concurrency() {
      return (executor ?? own?.executor)?.concurrency ?? 1;
    },
    async run(configurations, period, signal, spans) {
      if (configurations.length === 0) throw new AtcError("ATC_INVALID_ARGUMENT", "a unit has no configurations");
      const unit = unitOf(configurations, { period, spans });
      if (own !== undefined) return await runOwn(own, unit, signal);
      const here = () => runHere(unit, signal);
      if (executor === undefined) return await here();
      return await onThreads(executor, { task: taskRef, input: parts.inputOf(unit, undefined), here }, { signal });
    },
    async stitch({ configurations, windows: { spans, ...windows }, metrics: wanted }, signal) {
      const unit = { configurations, symbols, metrics: wanted, bySymbol: false, limit, period: undefined, spans };
      if (own !== undefined) return await stitchOwn(own, { unit, windows }, signal);
      const here = () => stitchHere({ unit, windows }, signal);
      if (executor === undefined) return await here();
      const input: StitchTaskInput = { ...parts.inputOf(unit, undefined), windows };
      return await onThreads(executor, { task: stitchRef, input, here }, { signal });
    },
  };
}
