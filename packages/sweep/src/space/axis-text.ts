import type { Parameter } from "@atc/contract";
import type { AxisValue } from "./axis.ts";
import type { RangeDefinition } from "./sweep-definition.ts";

const decimal = /^[+-]?(?:\d[\d_]*(?:\.\d[\d_]*)?|\.\d[\d_]*)(?:e[+-]?\d+)?$/i;
const truths: ReadonlyMap<string, boolean> = new Map([
  ["true", true],
  ["yes", true],
  ["on", true],
  ["false", false],
  ["no", false],
  ["off", false],
]);

function numberOf(text: string): number | undefined {
  const trimmed = text.trim();
  return decimal.test(trimmed) ? Number(trimmed.replaceAll("_", "")) : undefined;
}

/** Whether a parameter has numbers as values. */
export function isNumeric({ kind }: Parameter): boolean {
  return kind === "number" || kind === "integer";
}

/** A text as a value of a parameter; the text itself if it is not one. */
export function valueOfText(parameter: Parameter, written: string): AxisValue {
  const text = written.trim();
  if (parameter.acceptsNone === true && text.toLowerCase() === "none") return "none";
  if (isNumeric(parameter)) return numberOf(text) ?? text;
  if (parameter.kind === "boolean") return truths.get(text.toLowerCase()) ?? text;
  return text;
}

/** A range as text: `10..60:5`, `0.001..0.1:log`. Undefined if the text has another form. */
export function rangeOfText(text: string): RangeDefinition | undefined {
  const [, first = "", last = "", , ending] = /^(.*?)\.\.(?!\.)(.*?)(:(.*))?$/s.exec(text) ?? [];
  const from = numberOf(first);
  const to = numberOf(last);
  if (from === undefined || to === undefined) return undefined;
  const word = ending?.trim().toLowerCase();
  if (word === undefined) return { from, to };
  if (word === "log" || word === "linear") return { from, to, scale: word };
  const step = numberOf(word);
  return step === undefined ? undefined : { from, to, step };
}

/** The values of a list as text, separated by commas. */
export function valuesOfText(parameter: Parameter, text: string): readonly AxisValue[] {
  return text.split(",").map((piece) => valueOfText(parameter, piece));
}
