import { expressionFault } from "./expression-fault.ts";
import { expressionTokens, type Token, type TokensOptions } from "./expression-tokens.ts";
import type { BinaryOperator, ExpressionTree } from "./expression-tree.ts";

/** Parentheses, minus signs and `not` inside each other. Each level is a call. */
const mostLevels = 100;

/** Operators of two operands, those that bind weakest first. `not` is between `and` and the comparisons. */
const or: readonly BinaryOperator[] = ["or"];
const and: readonly BinaryOperator[] = ["and"];
const comparisons: readonly BinaryOperator[] = ["<", "<=", ">", ">=", "==", "!="];
const sums: readonly BinaryOperator[] = ["+", "-"];
const products: readonly BinaryOperator[] = ["*", "/", "%"];

/** The tree of an expression. Names in it may be unknown. */
export function parseTree(text: string, options: TokensOptions): ExpressionTree {
  const { origin } = options;
  const tokens = expressionTokens(text, options);
  let place = 0;
  let level = 0;

  const token = (): Token => tokens[place];
  const fault = (what: string, at = token().at): Error => expressionFault(origin, text, at, what);

  function operatorOf(operators: readonly BinaryOperator[]): BinaryOperator | undefined {
    const { kind, text: written } = token();
    if (kind !== "sign" && kind !== "name") return undefined;
    return operators.find((operator) => operator === (kind === "name" ? written.toLowerCase() : written));
  }

  /** Operands joined by operators of one strength, from left to right. */
  function chain(operators: readonly BinaryOperator[], operand: () => ExpressionTree): ExpressionTree {
    let left = operand();
    for (let operator = operatorOf(operators); operator !== undefined; operator = operatorOf(operators)) {
      const { at } = token();
      place++;
      left = { kind: "binary", operator, left, right: operand(), at };
    }
    return left;
  }

  function deeper(inner: () => ExpressionTree): ExpressionTree {
    level++;
    if (level > mostLevels) throw fault(`the expression has more than ${mostLevels} levels; write fewer parentheses`);
    const tree = inner();
    level--;
    return tree;
  }

  function isWord(word: string): boolean {
    return token().kind === "name" && token().text.toLowerCase() === word;
  }

  function value(): ExpressionTree {
    const { kind, text: written, at } = token();
    if (kind === "sign" && written === "(") {
      place++;
      const inner = deeper(disjunction);
      if (token().text !== ")" || token().kind !== "sign") throw fault(`a ")" is missing for this "("`, at);
      place++;
      return inner;
    }
    if (kind === "end" && place > 0 && tokens[place - 1].text === "%")
      throw fault('"%" is the remainder of a division; write 0.2 for 20 %', tokens[place - 1].at);
    if (kind === "end") throw fault("the expression ends here; a number or a name is missing");
    if (kind === "sign" || isWord("and") || isWord("or"))
      throw fault(`"${written}" is here, and a number or a name is missing before it`);
    if (isWord("not")) throw fault("write parentheses around this not");
    place++;
    if (kind === "number") {
      const number = Number(written);
      if (!Number.isFinite(number)) throw fault(`${written} is too large`, at);
      return { kind: "number", value: number, at };
    }
    if (kind === "text") return { kind: "text", value: written, at };
    const word = written.toLowerCase();
    if (word === "true" || word === "false") return { kind: "boolean", value: word === "true", at };
    return word === "none" ? { kind: "none", at } : { kind: "name", name: written, at };
  }

  function signed(): ExpressionTree {
    const { kind, text: written, at } = token();
    if (kind !== "sign" || (written !== "-" && written !== "+")) return value();
    place++;
    const operand = deeper(signed);
    return written === "+" ? operand : { kind: "minus", operand, at };
  }

  const product = (): ExpressionTree => chain(products, signed);
  const sum = (): ExpressionTree => chain(sums, product);

  function comparison(): ExpressionTree {
    const left = sum();
    const operator = operatorOf(comparisons);
    if (operator === undefined) return left;
    const { at } = token();
    place++;
    const right = sum();
    if (operatorOf(comparisons) !== undefined)
      throw fault("a comparison has two sides; write two comparisons joined by and");
    return { kind: "binary", operator, left, right, at };
  }

  function negation(): ExpressionTree {
    const { at } = token();
    if (!isWord("not")) return comparison();
    place++;
    return { kind: "not", operand: deeper(negation), at };
  }

  const conjunction = (): ExpressionTree => chain(and, negation);
  function disjunction(): ExpressionTree {
    return chain(or, conjunction);
  }

  const tree = disjunction();
  if (token().kind !== "end") {
    const what = token().text === ")" ? `this ")" has no "("` : "an operator, such as and or <, is missing here";
    throw fault(what);
  }
  return tree;
}
