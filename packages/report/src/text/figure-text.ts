import { decimalText, noFigure, percentText, shortestText, signedPercentText } from "./number-text.ts";
import { durationText } from "./time-text.ts";
import { shortText } from "./visible-text.ts";

/** What is known of a figure besides its value. */
interface FigureKind {
  readonly unit: string;
  /** `+` if more is better: gains have a sign. Default: no sign. */
  readonly better?: string | undefined;
}

const isPart = (unit: string): boolean => unit === "part" || unit === "part a year" || unit === "probability";

/** A figure of a search or a test in a table, in its unit. */
export function figureText(value: number | null | undefined, { unit, better = "-" }: FigureKind): string {
  if (value === null || value === undefined || !Number.isFinite(value)) return noFigure;
  if (isPart(unit)) return better === "+" ? signedPercentText(value) : percentText(value);
  if (unit === "count" || unit === "bars") return decimalText(value);
  if (unit === "ms") return durationText(value);
  if (unit === "p") return shortestText(value, value > 0.9 ? 4 : 2);
  return Math.abs(value) >= 1000 ? decimalText(value) : decimalText(value, 2);
}

/** A value of an axis. */
export function searchValueText(value: unknown): string {
  return typeof value === "number" ? shortestText(value) : shortText(String(value));
}

/** The first and the last of the values that share a place. */
export function labelText({ first, last }: { readonly first: unknown; readonly last: unknown }): string {
  return first === last ? searchValueText(first) : `${searchValueText(first)}\u2026${searchValueText(last)}`;
}
