import type { MetricName } from "@atc/backtest";
import type { ExpressionTree } from "../expression/expression-tree.ts";
import type { ObjectiveTerm } from "./objective.ts";

/** A weighted sum of metrics, and a number. */
interface Sum {
  readonly terms: readonly ObjectiveTerm[];
  readonly constant: number;
}

/** Reports a part that does not belong in a weighted sum. */
type Refuse = (at: number, what: string) => Error;

function timesNumber({ terms, constant }: Sum, factor: number): Sum {
  return {
    terms: terms.map(({ metric, weight }) => ({ metric, weight: weight * factor })),
    constant: constant * factor,
  };
}

function plus(left: Sum, right: Sum): Sum {
  return { terms: [...left.terms, ...right.terms], constant: left.constant + right.constant };
}

/** The parts of a chain of sums as long as it is, from left to right, each with its sign. */
function addends(tree: ExpressionTree): readonly { readonly tree: ExpressionTree; readonly sign: number }[] {
  const parts: { tree: ExpressionTree; sign: number }[] = [];
  let rest = tree;
  while (rest.kind === "binary" && (rest.operator === "+" || rest.operator === "-")) {
    parts.unshift({ tree: rest.right, sign: rest.operator === "+" ? 1 : -1 });
    rest = rest.left;
  }
  return [{ tree: rest, sign: 1 }, ...parts];
}

/** The weighted sum that a tree writes, with products and quotients of numbers. */
function sumOf(tree: ExpressionTree, refuse: Refuse): Sum {
  const parts = addends(tree);
  if (parts.length > 1) return parts.map(({ tree: part, sign }) => timesNumber(sumOf(part, refuse), sign)).reduce(plus);
  switch (tree.kind) {
    case "number":
      return { terms: [], constant: tree.value };
    case "name":
      return { terms: [{ metric: tree.name as MetricName, weight: 1 }], constant: 0 };
    case "minus":
      return timesNumber(sumOf(tree.operand, refuse), -1);
    case "binary": {
      const { operator, at } = tree;
      const [left, right] = [sumOf(tree.left, refuse), sumOf(tree.right, refuse)];
      if (operator === "*" && left.terms.length === 0) return timesNumber(right, left.constant);
      if (operator === "*" && right.terms.length === 0) return timesNumber(left, right.constant);
      if (operator === "/" && right.terms.length === 0 && right.constant !== 0)
        return timesNumber(left, 1 / right.constant);
      throw refuse(at, "an objective is a weighted sum of metrics, such as 0.7 * sharpe - 0.3 * maxDrawdown");
    }
    default:
      throw refuse(tree.at, "an objective has metrics and numbers only");
  }
}

/**
 * The terms of a weighted sum, equal metrics added up. Every name in the tree must be a metric.
 *
 * @throws what `refuse` returns, for anything but a weighted sum
 */
export function weightedTerms(tree: ExpressionTree, refuse: Refuse): readonly ObjectiveTerm[] {
  const { terms, constant } = sumOf(tree, refuse);
  if (terms.length === 0) throw refuse(0, "the objective has no metric; write one, such as sharpe");
  const weights = new Map<MetricName, number>();
  for (const { metric, weight } of terms) weights.set(metric, (weights.get(metric) ?? 0) + weight);
  const odd = [...weights].find(([, weight]) => weight === 0 || !Number.isFinite(weight));
  if (odd !== undefined) throw refuse(0, `the weight of ${odd[0]} is ${odd[1]}; remove it, or give another weight`);
  if (constant !== 0)
    throw refuse(0, `the number ${constant} is added to every configuration, so it has no effect; remove it`);
  return Array.from(weights, ([metric, weight]) => ({ metric, weight }));
}
