import { generalReturns } from "./general-returns.ts";
import { laneReturns } from "./lanes/lane-returns.ts";
import type { ReturnEvaluator } from "./portfolio-returns.ts";
import type { UnitEvaluatorsOptions } from "./spans/unit-evaluators.ts";

/** What computes the bar returns of a sweep's units. */
export function returnEvaluator({ dataset, strategyOf, kind, ...folders }: UnitEvaluatorsOptions): ReturnEvaluator {
  const general = generalReturns({ dataset, strategyOf, ...folders });
  if (kind === "columns") return general;
  return laneReturns({ dataset, general, strategyOf: kind === "atc" ? undefined : strategyOf });
}
