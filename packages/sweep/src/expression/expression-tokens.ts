import { expressionFault } from "./expression-fault.ts";

/** A word, number, text or operator of an expression. */
export interface Token {
  readonly kind: "number" | "name" | "text" | "sign" | "end";
  /** The token as written, without quotes. */
  readonly text: string;
  /** Its position in the expression. */
  readonly at: number;
  /** The position after its last character. */
  readonly end: number;
}

/** What is split into tokens. */
export interface TokensOptions {
  /** The place of the expression, for messages. */
  readonly origin: string;
  /** Keys with a hyphen, which would otherwise be subtractions. */
  readonly hyphenated: readonly string[];
}

/** The most characters and tokens. Longer expressions would take too deep a tree. */
const mostCharacters = 10_000;
const mostTokens = 2_000;

const space = /\s+/y;
const number = /(?:\d+(?:\.\d*)?|\.\d+)(?:[eE][+-]?\d+)?/y;
const name = /[A-Za-z_][A-Za-z0-9_]*(?:\.[A-Za-z_][A-Za-z0-9_]*)*/y;
const quoted = /"([^"]*)"|'([^']*)'/y;
const sign = /<=|>=|==|!=|[-+*/%<>()]/y;

/** Ways in which other languages write an operator. */
const foreign: readonly (readonly [RegExp, string])[] = [
  [/&&?/y, "and"],
  [/\|\|?/y, "or"],
  [/<>/y, "!="],
  [/!/y, "not"],
  [/=>/y, ">="],
  [/=</y, "<="],
  [/=/y, "=="],
];

function matchAt(pattern: RegExp, text: string, at: number): RegExpExecArray | undefined {
  pattern.lastIndex = at;
  return pattern.exec(text) ?? undefined;
}

/** A key with a hyphen at a position, the longest of several. */
function hyphenatedAt(text: string, at: number, keys: readonly string[]): string | undefined {
  const found = keys.filter((key) => text.startsWith(key, at) && !/[A-Za-z0-9_]/.test(text.charAt(at + key.length)));
  return found.sort((a, b) => b.length - a.length)[0];
}

function tokenAt(text: string, at: number, { origin, hyphenated }: TokensOptions): Token {
  const key = hyphenatedAt(text, at, hyphenated);
  if (key !== undefined) return { kind: "name", text: key, at, end: at + key.length };
  const literal = matchAt(quoted, text, at);
  if (literal !== undefined)
    return { kind: "text", text: literal[1] ?? literal[2] ?? "", at, end: at + literal[0].length };
  for (const [pattern, instead] of foreign)
    if (matchAt(pattern, text, at) !== undefined && matchAt(sign, text, at)?.[0].length !== 2)
      throw expressionFault(
        origin,
        text,
        at,
        `"${matchAt(pattern, text, at)?.[0]}" is not an operator; write ${instead}`,
      );
  for (const [kind, pattern] of [
    ["number", number],
    ["name", name],
    ["sign", sign],
  ] as const) {
    const found = matchAt(pattern, text, at)?.[0];
    if (found === undefined) continue;
    const end = at + found.length;
    if (kind === "number" && /[A-Za-z0-9_.]/.test(text.charAt(end)))
      throw expressionFault(
        origin,
        text,
        end,
        `the number ${found} ends in other characters; write an operator between them`,
      );
    return { kind, text: found, at, end };
  }
  const character = String.fromCodePoint(text.codePointAt(at) ?? 0);
  const what = character === '"' || character === "'" ? `the text is not closed; add ${character}` : undefined;
  throw expressionFault(
    origin,
    text,
    at,
    what ??
      "this character has no meaning here; use numbers, names, + - * / %, comparisons, and, or, not and parentheses",
  );
}

/** Splits an expression into tokens; the last one is of kind `end`. */
export function expressionTokens(text: string, options: TokensOptions): readonly Token[] {
  if (text.length > mostCharacters)
    throw expressionFault(
      options.origin,
      text,
      mostCharacters,
      `the expression has ${text.length} characters; write at most ${mostCharacters}`,
    );
  const tokens: Token[] = [];
  let at = matchAt(space, text, 0)?.[0].length ?? 0;
  while (at < text.length) {
    const token = tokenAt(text, at, options);
    tokens.push(token);
    if (tokens.length > mostTokens)
      throw expressionFault(
        options.origin,
        text,
        at,
        `the expression is too long; write at most ${mostTokens} words and signs`,
      );
    at = token.end + (matchAt(space, text, token.end)?.[0].length ?? 0);
  }
  return [...tokens, { kind: "end", text: "", at: text.length, end: text.length }];
}
