import type { SearchFigure, SearchValue } from "../data/search-data.ts";
import { html, type Markup, type MarkupValue } from "../markup/markup.ts";
import { figureText, searchValueText } from "../text/figure-text.ts";
import { shortText } from "../text/visible-text.ts";

/** Shorter texts fit into a cell. */
const fewestCut = 20;

/** A sentence of a judgement begins with a capital and ends with a full stop. */
export function asSentence(text: string): string {
  return `${text.charAt(0).toUpperCase()}${text.slice(1)}${/[.!?]$/.test(text) ? "" : "."}`;
}

/** A table that scrolls sideways if it is wider than the page. */
export function wideTable(name: string, caption: MarkupValue, head: Markup, rows: readonly Markup[]): Markup {
  return html`<div class="wide" role="region" aria-label="${name}" tabindex="0"><table><caption>${caption}</caption><thead><tr>${head}</tr></thead><tbody>${rows}</tbody></table></div>`;
}

/** A text from outside, which the style sheet cuts; those that it can cut are whole in the title. */
function cutText(text: string): Markup {
  const shown = shortText(text);
  return shown.length < fewestCut ? html`<bdi>${shown}</bdi>` : html`<bdi title="${shown}">${shown}</bdi>`;
}

/** The head of a column. */
export function columnHead(title: string): Markup {
  return html`<th scope="col">${cutText(title)}</th>`;
}

/** The cells of a configuration's values. */
export function valueCells(values: readonly SearchValue[]): readonly Markup[] {
  return values.map((value) => html`<td data-value="${String(value)}">${cutText(searchValueText(value))}</td>`);
}

/** The cells of figures, each with its exact value. */
export function figureCells(figures: readonly SearchFigure[], values: readonly (number | null)[]): readonly Markup[] {
  return figures.map((figure, place) => figureCell(values[place] ?? null, figure));
}

/** The cell of a figure, with its exact value. */
export function figureCell(value: number | null, figure: Pick<SearchFigure, "unit" | "better">): Markup {
  return html`<td data-value="${String(value)}">${figureText(value, figure)}</td>`;
}

/** Notes of a search, one sentence each; undefined without any. */
export function noteList(notes: readonly string[]): Markup | undefined {
  if (notes.length === 0) return undefined;
  return html`<ul class="hint">${notes.map((note) => html`<li>${asSentence(shortText(note))}</li>`)}</ul>`;
}
