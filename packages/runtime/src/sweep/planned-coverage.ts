import type { Dataset } from "@atc/contract";
import type { SweepPlan } from "@atc/sweep";
import { isLaneMetric } from "../evaluate/lanes/lane-accounts.ts";
import type { SweepSetup } from "./sweep-setup.ts";

/** Why lanes cover no configuration of a sweep, whatever its keys; undefined if they cover some. */
function obstacle({ computed, strategy }: Pick<SweepSetup, "computed" | "strategy">, dataset: Dataset) {
  if (!computed.every(isLaneMetric)) return "metrics";
  if (strategy.traits === undefined) return undefined;
  const { scope, columns, name } = strategy.on(dataset);
  const isOfColumns = strategy.own === undefined && name === "columns";
  return scope === "universe" || isOfColumns || columns.includes("timestamp") ? "strategy" : undefined;
}

/** A plan whose lanes and general configurations also depend on the metrics and the strategy. */
export function withCoverage(plan: SweepPlan, sweep: Pick<SweepSetup, "computed" | "strategy" | "dataset">): SweepPlan {
  const key = obstacle(sweep, sweep.dataset);
  if (key === undefined || plan.configurations === 0) return plan;
  return {
    ...plan,
    lanes: [],
    general: Array.from({ length: plan.configurations }, (_, index) => index),
    uncovered: [{ key, configurations: plan.configurations }, ...plan.uncovered],
  };
}
