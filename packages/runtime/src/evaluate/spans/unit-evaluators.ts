import type { AnyBoundStrategy } from "@atc/backtest";
import type { Dataset } from "@atc/contract";
import type { SweepConfiguration } from "@atc/sweep";
import type { CurveFolders } from "../evaluation-curves.ts";
import { generalEvaluator } from "../general-evaluator.ts";
import { laneEvaluator } from "../lanes/lane-evaluator.ts";
import type { SpanEvaluatorOptions } from "./span-evaluator.ts";

/** What evaluates the configurations of a sweep. */
export interface UnitEvaluatorsOptions extends CurveFolders {
  readonly dataset: Dataset;
  /** Creates the strategy of a configuration. */
  readonly strategyOf: (configuration: SweepConfiguration) => AnyBoundStrategy;
  /** ATC; or `columns`, whose decisions depend on the simulation too. */
  readonly kind: "atc" | "columns" | "other";
}

/** The evaluators of a sweep's units. */
export function unitEvaluators(options: UnitEvaluatorsOptions): SpanEvaluatorOptions {
  const { dataset, strategyOf, kind, ...folders } = options;
  const ofLanes = kind === "atc" ? undefined : strategyOf;
  return {
    dataset,
    strategyOf: ofLanes,
    isShared: kind !== "columns",
    evaluatorOf(data) {
      const general = generalEvaluator({ dataset: data, strategyOf, ...folders });
      return kind === "columns" ? general : laneEvaluator({ dataset: data, general, strategyOf: ofLanes });
    },
  };
}
