import type { Period } from "@atc/backtest";
import type { Dataset, Executor } from "@atc/contract";
import type { SweepConfiguration } from "@atc/sweep";
import type { ReturnUnitInput } from "../compute/return-task.ts";
import type { PortfolioReturns, ReturnUnit } from "../evaluate/portfolio-returns.ts";
import { returnEvaluator } from "../evaluate/return-evaluator.ts";
import { runWatched } from "../strategy/strategy-watch.ts";
import type { ReturnSource } from "../validate/collect-returns.ts";
import type { Runtime } from "../wiring/runtime.ts";
import type { SweepStrategy } from "./sweep-strategy.ts";
import { onThreads, unitParts } from "./unit-parts.ts";

const taskRef = { task: "@atc/runtime#evaluateReturns", version: 1 };

/** What a runner of returns needs besides the runtime. */
export interface ReturnRunnerOptions {
  readonly dataset: Dataset;
  readonly strategy: SweepStrategy;
  readonly symbols: readonly string[];
  readonly period: Period | undefined;
  /** The threads, or for a strategy of a package those of other machines; undefined to compute on this one. */
  readonly executor: Executor | undefined;
}

/** Computes bar returns of a sweep's configurations: on threads, or on this one. */
export function returnRunner(runtime: Runtime, options: ReturnRunnerOptions): ReturnSource {
  const { dataset, strategy, symbols, period, executor } = options;
  const { limit } = runtime.config;
  const { own } = strategy;
  const parts = unitParts(runtime, { dataset, strategy });

  async function runHere(unit: ReturnUnit, signal: AbortSignal | undefined): Promise<readonly PortfolioReturns[]> {
    return await returnEvaluator(parts.evaluators())(unit, { signal });
  }

  /**
   * Runs a strategy of the user's. A configuration for which it does not return, or ends its thread, has no returns.
   * The others then run in tasks of their own.
   */
  async function runOwn(
    { module, executor: threads, deadline }: NonNullable<typeof own>,
    unit: ReturnUnit,
    signal: AbortSignal | undefined,
  ): Promise<readonly PortfolioReturns[]> {
    const watched = (some: ReturnUnit): ReturnType<typeof runWatched<ReturnUnitInput, readonly PortfolioReturns[]>> =>
      runWatched((watch) => parts.inputOf(some, { module, watch }), {
        executor: executor ?? threads,
        task: taskRef,
        deadline,
        signal,
      });
    const whole = await watched(unit);
    if (whole.kind === "done") return whole.output;
    const found: PortfolioReturns[] = [];
    for (const [place, configuration] of unit.configurations.entries()) {
      if (place === whole.place) continue;
      const outcome = await watched({ ...unit, configurations: [configuration] });
      if (outcome.kind === "done") found.push(...outcome.output.map((one) => ({ ...one, place })));
    }
    return found;
  }

  return {
    get concurrency() {
      return (executor ?? own?.executor)?.concurrency ?? 1;
    },
    async run(configurations: readonly SweepConfiguration[], signal) {
      const unit: ReturnUnit = { configurations, symbols, limit, period };
      if (own !== undefined) return await runOwn(own, unit, signal);
      const here = () => runHere(unit, signal);
      if (executor === undefined) return await here();
      return await onThreads(executor, { task: taskRef, input: parts.inputOf(unit, undefined), here }, { signal });
    },
  };
}
