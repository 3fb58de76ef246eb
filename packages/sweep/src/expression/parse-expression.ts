import { type CompileOptions, compileTree, type KnownNames } from "./compile-tree.ts";
import type { Expression, ExpressionKey } from "./expression.ts";
import { expressionFault } from "./expression-fault.ts";
import type { ExpressionTree } from "./expression-tree.ts";
import { parseTree } from "./parse-tree.ts";

/** What an expression is parsed with. */
export interface ParseExpressionOptions extends KnownNames {
  /** The place of the expression, for messages: `--where`, `sweep.yaml:12`. */
  readonly origin: string;
  /** The kind that its value must have. Default: any. */
  readonly kind?: ExpressionKey["kind"] | undefined;
}

/** The tree of an expression. Names in it may be unknown. */
export function treeOf(text: string, { origin, keys }: ParseExpressionOptions): ExpressionTree {
  return parseTree(text, { origin, hyphenated: [...keys.keys()].filter((key) => key.includes("-")) });
}

function namesIn(tree: ExpressionTree, names: Set<string>): void {
  // The left side of a chain is as deep as the chain is long.
  let rest = tree;
  const right: ExpressionTree[] = [];
  while (rest.kind === "binary") {
    right.unshift(rest.right);
    rest = rest.left;
  }
  if (rest.kind === "name") names.add(rest.name);
  if (rest.kind === "minus" || rest.kind === "not") namesIn(rest.operand, names);
  for (const part of right) namesIn(part, names);
}

/** An expression from its tree. */
export function expressionOf(tree: ExpressionTree, text: string, options: ParseExpressionOptions): Expression {
  const context: CompileOptions = { ...options, text };
  const { kind, value } = compileTree(tree, context);
  const wanted = options.kind;
  if (kind === "none" || (wanted !== undefined && kind !== wanted)) {
    const what = wanted === "boolean" ? "a comparison, such as trades >= 30, is missing" : "a value is missing";
    throw expressionFault(options.origin, text, 0, what);
  }
  const names = new Set<string>();
  namesIn(tree, names);
  const used = [...names].map((name) => options.keys.get(name)?.name).filter((name) => name !== undefined);
  return { text, keys: [...new Set(used)], kind, value };
}

/**
 * Parses an expression of numbers, words, known keys, `+ - * / %`, comparisons, `and`, `or`, `not` and parentheses.
 *
 * @throws ATC_INVALID_ARGUMENT with a caret below the fault and, in `details`, `expression` and `position`
 */
export function parseExpression(text: string, options: ParseExpressionOptions): Expression {
  return expressionOf(treeOf(text, options), text, options);
}
