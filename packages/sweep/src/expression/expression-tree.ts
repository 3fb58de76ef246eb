/** An operator of two numbers with a number as its result. */
export type ArithmeticOperator = "+" | "-" | "*" | "/" | "%";

/** An operator that compares two values. */
export type ComparisonOperator = "<" | "<=" | ">" | ">=" | "==" | "!=";

/** An operator of two operands. */
export type BinaryOperator = ArithmeticOperator | ComparisonOperator | "and" | "or";

/** A part of an expression; `at` is its position in the text. */
export type ExpressionTree =
  | { readonly kind: "number"; readonly value: number; readonly at: number }
  | { readonly kind: "boolean"; readonly value: boolean; readonly at: number }
  | { readonly kind: "text"; readonly value: string; readonly at: number }
  | { readonly kind: "none"; readonly at: number }
  | { readonly kind: "name"; readonly name: string; readonly at: number }
  | { readonly kind: "minus" | "not"; readonly operand: ExpressionTree; readonly at: number }
  | BinaryTree;

/** An operator and its operands; `at` is the position of the operator. */
export interface BinaryTree {
  /** Distinguishes it from other parts. */
  readonly kind: "binary";
  /** The operator. */
  readonly operator: BinaryOperator;
  /** The operand before the operator. */
  readonly left: ExpressionTree;
  /** The operand after the operator. */
  readonly right: ExpressionTree;
  /** The position of the operator. */
  readonly at: number;
}

/** The operands of a chain of one operator, such as `a and b and c`. */
export function operandsOf(tree: ExpressionTree, operator: "and" | "or"): readonly ExpressionTree[] {
  const operands: ExpressionTree[] = [];
  let rest = tree;
  while (rest.kind === "binary" && rest.operator === operator) {
    operands.unshift(rest.right);
    rest = rest.left;
  }
  return [rest, ...operands];
}
