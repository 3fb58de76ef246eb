import { type MetricName, metricTable } from "@atc/backtest";
import { expressionFault } from "../expression/expression-fault.ts";
import { expressionOf, treeOf } from "../expression/parse-expression.ts";
import { knownMetrics } from "./metric-names.ts";
import type { MetricReader, Objective } from "./objective.ts";
import { weightedTerms } from "./weighted-terms.ts";

/** The objective of a sweep that names none. */
export const defaultObjective = "sharpe";

/** Why a bare metric is not maximised; undefined if more of it is better. */
function bareFault(metric: MetricName): string | undefined {
  const { better } = metricTable[metric];
  if (better === "+") return undefined;
  if (better === "-") return `less ${metric} is better, and an objective is maximised; write -${metric}`;
  return `neither more nor less ${metric} is better; write -${metric} for less, or 1 * ${metric} for more`;
}

/** The value of a metric; undefined if it has none. */
function numberOf(metric: MetricName, read: MetricReader): number | undefined {
  const value = read(metric);
  return typeof value === "number" && Number.isFinite(value) ? value : undefined;
}

/**
 * Parses an objective: a metric, `-metric`, or a weighted sum of metrics.
 *
 * @param origin - the place of the text, for messages
 * @throws ATC_INVALID_ARGUMENT, with a caret below the fault, for anything else, and for a bare metric of which more is
 * not better
 */
export function parseObjective(text: string = defaultObjective, origin = "objective"): Objective {
  const options = { ...knownMetrics, origin, kind: "number" } as const;
  const tree = treeOf(text, options);
  expressionOf(tree, text, options);
  const refuse = (at: number, what: string): Error => expressionFault(origin, text, at, what);
  const terms = weightedTerms(tree, refuse);
  const fault = tree.kind === "name" ? bareFault(tree.name as MetricName) : undefined;
  if (fault !== undefined) throw refuse(tree.at, fault);
  return {
    text,
    terms,
    value(read) {
      let sum = 0;
      for (const { metric, weight } of terms) {
        const value = numberOf(metric, read);
        if (value === undefined) return undefined;
        sum += weight * value;
      }
      return Number.isFinite(sum) ? sum : undefined;
    },
    missing: (read) => terms.map(({ metric }) => metric).filter((metric) => numberOf(metric, read) === undefined),
  };
}
