import { html, type Markup } from "./markup.ts";

/** A part of a sentence, which the page and the card show in their own ways. */
export interface TextRun {
  readonly text: string;
  /** `pointer` names a place of the page, so other pictures of the report leave it out. Default: plain text. */
  readonly kind?: "strong" | "up" | "down" | "name" | "pointer";
}

function runMarkup({ text, kind }: TextRun): Markup {
  if (kind === "strong") return html`<strong>${text}</strong>`;
  if (kind === "name") return html`<bdi>${text}</bdi>`;
  return kind === "up" || kind === "down" ? html`<b class="${kind}">${text}</b>` : html`${text}`;
}

/** A sentence as HTML. */
export function runsMarkup(runs: readonly TextRun[]): Markup {
  return html`${runs.map(runMarkup)}`;
}
