import fc from "fast-check";
import { describe, expect, it } from "vitest";
import type { KnownKey } from "../src/expression/compile-tree.ts";
import type { ExpressionValue } from "../src/expression/expression.ts";
import { parseExpression } from "../src/expression/parse-expression.ts";
import { faultOf, messageOf } from "./faults.ts";

const keys = new Map<string, KnownKey>([
  ...["a", "b", "c", "parameters.fast", "parameters.slow-ma"].map((name): [string, KnownKey] => [
    name,
    { name, kind: "number" },
  ]),
  ["python_a", { name: "a", kind: "number" }],
  ["on", { name: "on", kind: "boolean" }],
  ["mode", { name: "mode", kind: "text", values: ["Narrow", "Medium", "Wide"] }],
  ["benchmark", { name: "benchmark", kind: "text" }],
]);
const options = { keys, noun: "key", origin: "--where" } as const;

function evaluated(text: string, values: Readonly<Record<string, ExpressionValue>> = {}): ExpressionValue {
  return parseExpression(text, options).value((key) => values[key]);
}

const invalid = "ATC_INVALID_ARGUMENT";

describe("an expression", () => {
  it.each([
    ["1 + 2 * 3", 7],
    ["(1 + 2) * 3", 9],
    ["10 - 4 - 3", 3],
    ["24 / 4 / 2", 3],
    ["7 % 4", 3],
    ["-2 * -3", 6],
    ["--2", 2],
    ["2 - -3", 5],
    ["+4", 4],
    ["1.5e2", 150],
    [".5 + 1.", 1.5],
    ["1 < 2", true],
    ["2 <= 2 and 3 >= 3", true],
    ["1 == 2 or 1 != 2", true],
    ["not 1 > 2", true],
    ["not (1 < 2 and 2 < 3)", false],
    ["not not 1 < 2", true],
    ["1 < 2 or 1 > 2 and 1 > 2", true],
    ["1 + 1 < 3 AND 2 > 1", true],
    ["true and not false", true],
    ['"x y" == "x y"', true],
    ["'a' != \"a\"", false],
  ])("%s is %s", (text, expected) => {
    expect(evaluated(text)).toBe(expected);
  });

  it("reads keys under every spelling, with dots and hyphens", () => {
    const values = { a: 3, "parameters.fast": 5, "parameters.slow-ma": 20 };
    expect(evaluated("python_a + parameters.fast * 2", values)).toBe(13);
    expect(evaluated("parameters.slow-ma-a", values)).toBe(17);
    expect(parseExpression("b + python_a > a", options).keys).toEqual(["b", "a"]);
  });

  it("compares words without quotes with keys that have words", () => {
    expect(evaluated("mode == Wide", { mode: "Wide" })).toBe(true);
    expect(evaluated("Wide != mode", { mode: "Narrow" })).toBe(true);
    expect(evaluated("benchmark == SPY", { benchmark: "SPY" })).toBe(true);
    expect(evaluated('benchmark == "a b"', { benchmark: "a b" })).toBe(true);
  });

  it("takes a boolean key as a condition", () => {
    expect(evaluated("on and not on == false", { on: true })).toBe(true);
  });

  it.each([
    ["a < 1", undefined],
    ["a + 1", undefined],
    ["-a", undefined],
    ["not a < 1", undefined],
    ["a < 1 and 1 > 2", false],
    ["1 > 2 and a < 1", false],
    ["a < 1 and 1 < 2", undefined],
    ["a < 1 or 1 < 2", true],
    ["a < 1 or 1 > 2", undefined],
    ["a == b", undefined],
    ["a == none", true],
    ["none != a", false],
    ["1 / 0", undefined],
    ["1 / 0 > 0", undefined],
    ["0 % 0", undefined],
    ["1e308 * 10", undefined],
  ])("has no value, or one that does not depend on it, if a key has none: %s is %s", (text, expected) => {
    expect(evaluated(text)).toBe(expected);
    expect(evaluated(text, { a: Number.NaN })).toBe(expected);
    if (!text.includes("b")) expect(evaluated(text, { a: "none" })).toBe(expected);
  });
});

describe("a fault of an expression", () => {
  it.each([
    ["a <", 3, "ends here"],
    ["", 0, "ends here"],
    ["a < 1 b", 6, "operator"],
    ["a < 20%", 6, "write 0.2 for 20 %"],
    ["a => 1", 2, "write >="],
    ["a =< 1", 2, "write <="],
    ["(a < 1", 0, '")" is missing'],
    ["a < 1)", 5, 'no "("'],
    ["a << 1", 3, '"<" is here'],
    ["a = 1", 2, "write =="],
    ["a && b", 2, "write and"],
    ["a || b", 2, "write or"],
    ["a <> b", 2, "write !="],
    ["!on", 0, "write not"],
    ["1 < a < 3", 6, "joined by and"],
    ["a < $", 4, "no meaning"],
    ['mode == "Wide', 8, "not closed"],
    ["1.2.3 < a", 3, "number 1.2"],
    ["1a < 2", 1, "number 1"],
    ["1e999 < a", 0, "too large"],
    ["aa < 1", 0, 'no key "aa"; '],
    ["zzzzzz < 1", 0, 'no key "zzzzzz"; give one such as '],
    ["parameters.fats > 1", 0, 'did you mean "parameters.fast"?'],
    ["mode == Wid", 8, 'did you mean "Wide"?'],
    ['mode == "Wid"', 8, 'did you mean "Wide"?'],
    ["mode == xxxxxx", 8, "Narrow, Medium, Wide"],
    ["mode < 1", 0, "needs a number"],
    ["a and on", 0, "needs true or false"],
    ["on and 3", 7, "needs true or false"],
    ["a == on", 2, "compares a number with true or false"],
    ["not a", 4, "needs true or false"],
    ["- on", 2, "needs a number"],
    ["a + none", 4, "this is none"],
    ["a < not on", 4, "parentheses"],
    ["none", 0, "value is missing"],
    ["and", 0, "missing before it"],
  ])("is shown by a caret: %s", (text, position, part) => {
    const { message, details } = faultOf(() => parseExpression(text, options), invalid);
    expect(message).toContain(part);
    expect(details).toMatchObject({ origin: "--where", expression: text, position });
    const [first = "", line = "", caret = ""] = message.split("\n");
    expect(first).toMatch(/^--where: /);
    expect(line).toBe(`  ${text}`);
    expect(caret).toBe(`${" ".repeat(2 + position)}^`);
  });

  it("must be a condition if one is required", () => {
    expect(messageOf(() => parseExpression("a + 1", { ...options, kind: "boolean" }), invalid)).toContain(
      "a comparison",
    );
  });

  it("shows a part of a long expression, with the caret at the same character", () => {
    const text = `${"a + ".repeat(200)}? + ${"b + ".repeat(200)}c`;
    const [, line = "", caret = ""] = messageOf(() => parseExpression(text, options), invalid).split("\n");
    expect(line.length).toBeLessThan(90);
    expect(line[caret.indexOf("^")]).toBe("?");
  });

  it.each([
    "constructor",
    "__proto__",
    "toString",
    "process.exit()",
    "globalThis",
    "a.constructor",
    "a[0]",
    "`a`",
    "a;b",
    "this",
  ])("is anything but a key: %s", (text) => {
    expect(() => parseExpression(text, options)).toThrow();
    expect(() => parseExpression(`a < ${text}`, options)).toThrow();
  });

  it.each([
    ["parentheses", `${"(".repeat(5000)}1${")".repeat(4999)}`],
    ["minus signs", `${"-".repeat(2000)}1`],
    ["not", `${"not ".repeat(1000)}on`],
    ["terms", `${"a+".repeat(4000)}a`],
    ["characters", " ".repeat(10_001)],
  ])("is too many %s, not an overflow of the stack", (_, text) => {
    messageOf(() => parseExpression(text, options), invalid);
  });

  it("is not a chain of 900 terms", () => {
    expect(evaluated(`${"a+".repeat(900)}a`, { a: 1 })).toBe(901);
    expect(evaluated(Array.from({ length: 400 }, () => "a == 1").join(" and "), { a: 1 })).toBe(true);
  });
});

/** A tree, with the value that JavaScript gives it and a text with all parentheses. */
interface Sample {
  readonly text: string;
  readonly value: (values: Readonly<Record<string, number>>) => number;
}
interface Truth {
  readonly text: string;
  readonly value: (values: Readonly<Record<string, number>>) => boolean;
}

const numberSamples = fc.letrec<{ sum: Sample; leaf: Sample }>((tie) => ({
  leaf: fc.oneof(
    fc.constantFrom("a", "b", "c").map((name): Sample => ({ text: name, value: (values) => values[name] ?? 0 })),
    fc.integer({ min: 0, max: 50 }).map((n): Sample => ({ text: String(n), value: () => n })),
  ),
  sum: fc.oneof(
    { maxDepth: 5 },
    tie("leaf"),
    fc.tuple(tie("sum"), fc.constantFrom("+", "-", "*"), tie("sum")).map(([left, operator, right]): Sample => {
      const apply = {
        "+": (x: number, y: number) => x + y,
        "-": (x: number, y: number) => x - y,
        "*": (x: number, y: number) => x * y,
      };
      return {
        text: `(${left.text} ${operator} ${right.text})`,
        value: (values) => apply[operator as keyof typeof apply](left.value(values), right.value(values)),
      };
    }),
    tie("sum").map((inner): Sample => ({ text: `-${inner.text}`, value: (values) => -inner.value(values) })),
  ),
})).sum;

const truths = fc.letrec<{ truth: Truth; comparison: Truth }>((tie) => ({
  comparison: fc.tuple(numberSamples, fc.constantFrom("<", ">="), numberSamples).map(
    ([left, operator, right]): Truth => ({
      text: `${left.text} ${operator} ${right.text}`,
      value: (values) =>
        operator === "<" ? left.value(values) < right.value(values) : left.value(values) >= right.value(values),
    }),
  ),
  truth: fc.oneof(
    { maxDepth: 4 },
    tie("comparison"),
    fc.tuple(tie("truth"), fc.constantFrom("and", "or"), tie("truth")).map(
      ([left, word, right]): Truth => ({
        text: `(${left.text} ${word} ${right.text})`,
        value: (values) =>
          word === "and" ? left.value(values) && right.value(values) : left.value(values) || right.value(values),
      }),
    ),
    tie("truth").map((inner): Truth => ({ text: `not (${inner.text})`, value: (values) => !inner.value(values) })),
  ),
})).truth;

const someValues = fc.record({
  a: fc.integer({ min: -9, max: 9 }),
  b: fc.integer({ min: -9, max: 9 }),
  c: fc.integer({ min: -9, max: 9 }),
});

describe("any expression", () => {
  it("has the value that JavaScript gives it", () => {
    fc.assert(
      fc.property(truths, someValues, (truth, values) => {
        expect(evaluated(truth.text, values)).toBe(truth.value(values));
      }),
      { numRuns: 400 },
    );
  });

  it("without parentheses has the precedence of JavaScript's", () => {
    const operators = fc.constantFrom("+", "-", "*", "%");
    const terms = fc.array(fc.tuple(operators, fc.integer({ min: 1, max: 9 })), { maxLength: 12 });
    fc.assert(
      fc.property(fc.integer({ min: 1, max: 9 }), terms, (first, rest) => {
        const text = [first, ...rest.map(([operator, n]) => `${operator} ${n}`)].join(" ");
        // The precedence is that of JavaScript: products from left to right, then sums.
        const sums: number[] = [first];
        for (const [operator, n] of rest) {
          const last = sums.pop() ?? 0;
          if (operator === "*") sums.push(last * n);
          else if (operator === "%") sums.push(last % n);
          else sums.push(last, operator === "+" ? n : -n);
        }
        expect(evaluated(text)).toBe(sums.reduce((sum, n) => sum + n));
      }),
    );
  });

  it("is a value or a fault with a position, whatever the text", () => {
    const words = fc.constantFrom(
      "a",
      "b",
      "on",
      "mode",
      "and",
      "or",
      "not",
      "<",
      "==",
      "(",
      ")",
      "-",
      "1",
      ".",
      "..",
      '"',
      "none",
      "%",
      " ",
      "é",
      "😀",
      "\n",
    );
    const texts = fc.oneof(
      fc.string({ unit: "binary", maxLength: 40 }),
      fc.array(words, { maxLength: 25 }).map((parts) => parts.join("")),
    );
    fc.assert(
      fc.property(texts, (text) => {
        try {
          parseExpression(text, options).value(() => 1);
        } catch {
          const { details, message } = faultOf(() => parseExpression(text, options), invalid);
          const { position } = details as { position: number };
          expect(position).toBeGreaterThanOrEqual(0);
          expect(position).toBeLessThanOrEqual(text.length);
          expect(message.split("\n")).toHaveLength(3);
        }
      }),
      { numRuns: 2000 },
    );
  });
});
