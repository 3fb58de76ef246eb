import type { MetricName } from "@atc/backtest";
import type { Expression, KeyReader } from "../expression/expression.ts";
import { operandsOf } from "../expression/expression-tree.ts";
import { expressionOf, treeOf } from "../expression/parse-expression.ts";
import { treeText } from "../expression/tree-text.ts";
import { type Condition, conditionsOf } from "../space/conditions.ts";
import type { SweepDefinition } from "../space/sweep-definition.ts";
import { knownMetrics } from "./metric-names.ts";
import type { MetricReader, Requirements } from "./objective.ts";

/** The operands of `and`, of which the first broken one is the reason. */
function partsOf({ text, origin }: Condition): readonly Expression[] {
  const options = { ...knownMetrics, origin, kind: "boolean" } as const;
  const tree = treeOf(text, options);
  expressionOf(tree, text, options);
  return operandsOf(tree, "and").map((part) => expressionOf(part, treeText(part), options));
}

/** A metric's value for a reason. */
function shown(value: number | null | undefined): string {
  return typeof value === "number" && Number.isFinite(value) ? String(Number(value.toPrecision(6))) : "null";
}

/** Why a requirement is not fulfilled; undefined if it is. */
function reasonOf({ text, keys, value }: Expression, read: MetricReader): string | undefined {
  const reader: KeyReader = (name) => read(name as MetricName) ?? undefined;
  const result = value(reader);
  if (result === true) return undefined;
  const values = keys.map((name) => `${name} is ${shown(read(name as MetricName))}`).join(", ");
  return `"${text}" is ${result === false ? "false" : "null"}: ${values}`;
}

/** What the configurations of a sweep must fulfil to be ranked; undefined if there are no requirements. */
export function parseRequirements(definition: Pick<SweepDefinition, "require" | "origins">): Requirements | undefined {
  const conditions = conditionsOf({ grid: {}, ...definition }, "require");
  if (conditions.length === 0) return undefined;
  const parts = conditions.flatMap(partsOf);
  return {
    text: conditions.map(({ text }) => text).join(" and "),
    metrics: [...new Set(parts.flatMap(({ keys }) => keys))] as readonly MetricName[],
    broken(read) {
      for (const part of parts) {
        const reason = reasonOf(part, read);
        if (reason !== undefined) return reason;
      }
      return undefined;
    },
  };
}
