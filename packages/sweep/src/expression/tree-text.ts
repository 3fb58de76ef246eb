import type { ExpressionTree } from "./expression-tree.ts";

/** An operand in parentheses if it has an operator of its own. */
function operandText(tree: ExpressionTree): string {
  return tree.kind === "binary" || tree.kind === "not" ? `(${treeText(tree)})` : treeText(tree);
}

/** A part of an expression as text that means the same. */
export function treeText(tree: ExpressionTree): string {
  switch (tree.kind) {
    case "number":
    case "boolean":
      return String(tree.value);
    case "text":
      return tree.value.includes('"') ? `'${tree.value}'` : `"${tree.value}"`;
    case "none":
      return "none";
    case "name":
      return tree.name;
    case "minus":
      return `-${operandText(tree.operand)}`;
    case "not":
      return `not ${operandText(tree.operand)}`;
    case "binary": {
      const { operator, left, right } = tree;
      const isComparison = /^[<>=!]/.test(operator);
      // The operands of a comparison need no parentheses: only sums and products bind more tightly.
      const text = isComparison ? comparedText : operandText;
      return `${text(left)} ${operator} ${text(right)}`;
    }
  }
}

function comparedText(tree: ExpressionTree): string {
  return tree.kind === "binary" && /^[-+*/%]/.test(tree.operator) ? treeText(tree) : operandText(tree);
}
