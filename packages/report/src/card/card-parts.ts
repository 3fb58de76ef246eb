import { html, type Markup } from "../markup/markup.ts";
import type { TextRun } from "../markup/text-runs.ts";
import type { TextStyle } from "./text-lines.ts";

/** The colours of a card: those of the light page. */
export const colors = {
  page: "#ffffff",
  panel: "#f4f6f8",
  ink: "#14191f",
  soft: "#55606e",
  line: "#d7dde4",
  grid: "#e9edf1",
  net: "#0b5cad",
  gross: "#4f97d3",
  benchmark: "#a15c00",
  up: "#00796b",
  down: "#c2461a",
  even: "#14191f",
  note: "#6a4700",
} as const;

/** The name of a colour. */
export type ColorName = keyof typeof colors;

/** A number of px without more decimals than a picture shows. */
export function px(value: number): string {
  return String(Math.round(10 * value) / 10);
}

/** The place of a text, and how it looks. */
export interface TextPlace extends TextStyle {
  readonly x: number;
  /** Of the base line. */
  readonly y: number;
  /** Default: `ink`. */
  readonly color?: ColorName;
  /** Which part of the text is at `x`. Default: `start`. */
  readonly anchor?: "start" | "middle" | "end";
}

function attributes({ x, y, size, isBold = false, color = "ink", anchor = "start" }: TextPlace): Markup {
  return html`x="${px(x)}" y="${px(y)}" font-size="${px(size)}" font-weight="${isBold ? 700 : 400}" fill="${colors[color]}" text-anchor="${anchor}"`;
}

/** A text in one style. */
export function cardText(text: string, place: TextPlace): Markup {
  return html`<text ${attributes(place)}>${text}</text>`;
}

function runPart({ text, kind }: TextRun): Markup {
  if (kind === undefined || kind === "name" || kind === "pointer") return html`<tspan>${text}</tspan>`;
  const fill = kind === "strong" ? undefined : html` fill="${colors[kind]}"`;
  return html`<tspan font-weight="700"${fill}>${text}</tspan>`;
}

/** A line of a sentence. */
export function cardLine(runs: readonly TextRun[], place: TextPlace): Markup {
  return html`<text ${attributes(place)}>${runs.map(runPart)}</text>`;
}
