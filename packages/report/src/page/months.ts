import type { BlockJson } from "../block/block-format.ts";
import type { YearOfReturns } from "../data/report-data.ts";
import { html, type Markup } from "../markup/markup.ts";
import { noFigure, signedPercentText } from "../text/number-text.ts";
import { monthNames } from "../text/time-text.ts";

/** Steps of the colour of a cell. */
const heatSteps = 8;

/** Twice the root mean square of the months: the strongest colour. */
function strongest(years: readonly YearOfReturns[]): number {
  const values = years.flatMap(({ months }) => months.filter((value) => value !== null));
  const squares = values.reduce((sum, value) => sum + value * value, 0);
  return values.length === 0 ? 0 : 2 * Math.sqrt(squares / values.length);
}

function heatClass(value: number, most: number): string {
  const step = most > 0 ? Math.min(heatSteps, Math.ceil((heatSteps * Math.abs(value)) / most)) : 0;
  return step === 0 ? "" : `${value < 0 ? "n" : "p"}${step}`;
}

function cell(value: number | null | undefined, most: number): Markup {
  if (value === null || value === undefined) return html`<td>${noFigure}</td>`;
  return html`<td class="${heatClass(value, most)}">${signedPercentText(value)}</td>`;
}

/** The returns of each month and year as a table of coloured cells. */
export function months({ months: years = [], benchmarkMonths = [] }: BlockJson): Markup | undefined {
  if (years.every(({ months: values, total }) => total === null && values.every((value) => value === null)))
    return undefined;
  const most = strongest(years);
  const holding = new Map(benchmarkMonths.map(({ year, total }) => [year, total]));
  const rows = years
    .toReversed()
    .map(
      ({ year, months: values, total }) =>
        html`<tr><th scope="row">${year}</th>${values.map((value) => cell(value, most))}<td class="total">${signedPercentText(total)}</td>${
          holding.size > 0 ? html`<td class="total">${signedPercentText(holding.get(year))}</td>` : undefined
        }</tr>`,
    );
  return html`<section id="months"><h2>Returns by month</h2><div class="wide" role="region" aria-label="Returns by month" tabindex="0"><table class="months"><caption>Returns after costs in UTC months; the year from its own base${
    holding.size > 0 ? ", beside that of holding" : ""
  }.</caption><thead><tr><th scope="col">Year</th>${monthNames.map((name) => html`<th scope="col">${name}</th>`)}<th scope="col">Year</th>${
    holding.size > 0 ? html`<th scope="col">Holding</th>` : undefined
  }</tr></thead><tbody>${rows}</tbody></table></div></section>`;
}
