import { nearest } from "@atc/contract";
import type { ExpressionKey, ExpressionValue, KeyReader } from "./expression.ts";
import { expressionFault } from "./expression-fault.ts";
import type { ArithmeticOperator, BinaryTree, ComparisonOperator, ExpressionTree } from "./expression-tree.ts";

/** The names that an expression may contain. */
export interface KnownNames {
  /** Every spelling, with the key that it stands for. */
  readonly keys: ReadonlyMap<string, KnownKey>;
  /** What a name is called in messages. */
  readonly noun: "key" | "metric";
  /** Why a name is not a key although it looks like one, for messages. */
  readonly hint?: ((name: string) => string | undefined) | undefined;
}

/** A key under one of its spellings. */
export interface KnownKey extends ExpressionKey {
  /** The spelling that is passed to the reader. */
  readonly name: string;
}

/** The context of an expression's parts. */
export interface CompileOptions extends KnownNames {
  /** The whole expression. */
  readonly text: string;
  /** Its place, for messages. */
  readonly origin: string;
}

/** A part of an expression that can be evaluated. */
export interface Compiled {
  /** The kind of its value; `none` for the word. */
  readonly kind: ExpressionKey["kind"] | "none";
  /** The words that its text can be, if they are known. */
  readonly values?: readonly string[] | undefined;
  value(read: KeyReader): ExpressionValue;
}

type Fault = (at: number, what: string) => Error;

const kindTexts: Readonly<Record<Compiled["kind"], string>> = {
  number: "a number",
  boolean: "true or false",
  text: "a word",
  none: "none",
};

/** The position at which a part begins. */
function startOf(tree: ExpressionTree): number {
  let first = tree;
  while (first.kind === "binary") first = first.left;
  return first.at;
}

function unknownName(name: string, { keys, noun, hint }: KnownNames): string {
  const known = hint?.(name);
  if (known !== undefined) return known;
  const meant = nearest(name, keys.keys());
  const some = [...keys.keys()].slice(0, 3).join(", ");
  const instead = meant === undefined ? `give one such as ${some}` : `did you mean "${meant}"?`;
  return `there is no ${noun} "${name}"; ${instead}`;
}

function finite(value: number): number | undefined {
  return Number.isFinite(value) ? value : undefined;
}

const arithmetic: Readonly<Record<ArithmeticOperator, (a: number, b: number) => number>> = {
  "+": (a, b) => a + b,
  "-": (a, b) => a - b,
  "*": (a, b) => a * b,
  "/": (a, b) => a / b,
  "%": (a, b) => a % b,
};

const orders: Readonly<Record<Exclude<ComparisonOperator, "==" | "!=">, (a: number, b: number) => boolean>> = {
  "<": (a, b) => a < b,
  "<=": (a, b) => a <= b,
  ">": (a, b) => a > b,
  ">=": (a, b) => a >= b,
};

/** Two operands of numbers; undefined if one of them is missing. */
function ofNumbers<Result extends ExpressionValue>(
  left: Compiled,
  right: Compiled,
  result: (a: number, b: number) => Result | undefined,
): Compiled["value"] {
  return (read) => {
    const a = left.value(read);
    const b = right.value(read);
    return typeof a === "number" && typeof b === "number" ? result(a, b) : undefined;
  };
}

/** `and` and `or`: the operand that equals `decisive` decides, even if the other one is missing. */
function joined(left: Compiled, right: Compiled, decisive: boolean): Compiled["value"] {
  return (read) => {
    const a = left.value(read);
    if (a === decisive) return decisive;
    const b = right.value(read);
    if (b === decisive) return decisive;
    return a === undefined || b === undefined ? undefined : !decisive;
  };
}

function equality(left: Compiled, right: Compiled, wanted: boolean): Compiled["value"] {
  const withNone = left.kind === "none" || right.kind === "none";
  return (read) => {
    const a = left.value(read);
    const b = right.value(read);
    if (!withNone && (a === undefined || b === undefined)) return undefined;
    return (a === b) === wanted;
  };
}

/** A part of an expression that can be evaluated, with all names resolved and all kinds checked. */
export function compileTree(tree: ExpressionTree, options: CompileOptions): Compiled {
  const { keys, text, origin } = options;
  const fault: Fault = (at, what) => expressionFault(origin, text, at, what);

  function operand(part: ExpressionTree, kind: "number" | "boolean", what: string): Compiled {
    const compiled = compileTree(part, options);
    if (compiled.kind !== kind)
      throw fault(startOf(part), `${what} needs ${kindTexts[kind]}, and this is ${kindTexts[compiled.kind]}`);
    return compiled;
  }

  /** A side of `==`: a name that is not a key is a word if the other side is a text. */
  function side(part: ExpressionTree, other: ExpressionTree): Compiled {
    if (part.kind !== "name" || keys.has(part.name)) return compileTree(part, options);
    const compared = other.kind === "name" ? keys.get(other.name) : undefined;
    if (compared?.kind !== "text") return compileTree(part, options);
    return { kind: "text", value: () => part.name };
  }

  /** A text must be one of the words that the other side can be. */
  function checkWord(part: ExpressionTree, { values }: Compiled): void {
    const word =
      part.kind === "text" ? part.value : part.kind === "name" && !keys.has(part.name) ? part.name : undefined;
    if (word === undefined || values === undefined || values.includes(word)) return;
    const meant = nearest(word, values);
    const remedy = meant === undefined ? `use one of ${values.join(", ")}` : `did you mean "${meant}"?`;
    throw fault(part.at, `"${word}" is never the value; ${remedy}`);
  }

  function compared({ operator, left, right, at }: BinaryTree): Compiled {
    if (operator !== "==" && operator !== "!=") {
      const order = orders[operator as keyof typeof orders];
      const [a, b] = [operand(left, "number", `"${operator}"`), operand(right, "number", `"${operator}"`)];
      return { kind: "boolean", value: ofNumbers(a, b, order) };
    }
    const [a, b] = [side(left, right), side(right, left)];
    if (a.kind !== b.kind && a.kind !== "none" && b.kind !== "none")
      throw fault(at, `"${operator}" compares ${kindTexts[a.kind]} with ${kindTexts[b.kind]}`);
    checkWord(left, b);
    checkWord(right, a);
    return { kind: "boolean", value: equality(a, b, operator === "==") };
  }

  function binary(part: BinaryTree): Compiled {
    const { operator, left, right } = part;
    if (operator === "and" || operator === "or") {
      const [a, b] = [operand(left, "boolean", operator), operand(right, "boolean", operator)];
      return { kind: "boolean", value: joined(a, b, operator === "or") };
    }
    if (!Object.hasOwn(arithmetic, operator)) return compared(part);
    const apply = arithmetic[operator as ArithmeticOperator];
    const [a, b] = [operand(left, "number", `"${operator}"`), operand(right, "number", `"${operator}"`)];
    return { kind: "number", value: ofNumbers(a, b, (one, other) => finite(apply(one, other))) };
  }

  function named(name: string, at: number): Compiled {
    const key = keys.get(name);
    if (key === undefined) throw fault(at, unknownName(name, options));
    const { kind, values } = key;
    return {
      kind,
      values,
      value: (read) => {
        const value = read(key.name);
        if (typeof value === "number") return finite(value);
        // The word none is what files write for an absent value.
        return value === "none" ? undefined : (value ?? undefined);
      },
    };
  }

  switch (tree.kind) {
    case "number":
    case "boolean":
    case "text": {
      const { value } = tree;
      return { kind: tree.kind, value: () => value };
    }
    case "none":
      return { kind: "none", value: () => undefined };
    case "name":
      return named(tree.name, tree.at);
    case "minus": {
      const inner = operand(tree.operand, "number", `"-"`);
      return { kind: "number", value: (read) => negated(inner.value(read)) };
    }
    case "not": {
      const inner = operand(tree.operand, "boolean", "not");
      return { kind: "boolean", value: (read) => inverted(inner.value(read)) };
    }
    case "binary":
      return binary(tree);
  }
}

function negated(value: ExpressionValue): number | undefined {
  return typeof value === "number" ? -value : undefined;
}

function inverted(value: ExpressionValue): boolean | undefined {
  return typeof value === "boolean" ? !value : undefined;
}
