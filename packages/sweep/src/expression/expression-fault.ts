import { AtcError } from "@atc/contract";

/** The most characters of an expression that a message shows. */
const shown = 72;

/** The line of an expression around a position, and a caret below it. */
function withCaret(text: string, position: number): string {
  const from = Math.max(0, Math.min(position - shown / 2, text.length - shown));
  const part = Array.from(text.slice(from, from + shown), (character) =>
    /[\p{C}\p{Z}]/u.test(character) ? " " : character,
  );
  // Characters beyond 16 bits take two places of the text and one of the line.
  const before = Array.from(text.slice(from, position)).length + (from > 0 ? 3 : 0);
  const line = `${from > 0 ? "..." : ""}${part.join("")}${from + shown < text.length ? "..." : ""}`;
  return `  ${line}\n  ${" ".repeat(before)}^`;
}

/** The ATC_INVALID_ARGUMENT for an expression, with a caret below the fault. */
export function expressionFault(origin: string, text: string, position: number, what: string): AtcError {
  return new AtcError("ATC_INVALID_ARGUMENT", `${origin}: ${what}\n${withCaret(text, position)}`, {
    details: { origin, expression: text, position },
  });
}
