import type { ReportSweep } from "../data/search-data.ts";
import { html, type Markup } from "../markup/markup.ts";
import { labelText } from "../text/figure-text.ts";
import { shortText } from "../text/visible-text.ts";
import { heatClass } from "../view/heat-step.ts";
import { mostTableCells, shownMap } from "../view/search-map.ts";

/** The first map: a table of figures if it is small, else its text and the place of its picture. */
export function searchMap({ maps, mapFigures, figures, axes }: ReportSweep): Markup | undefined {
  const [map] = maps;
  const figure = figures[mapFigures[0] ?? 0];
  if (map === undefined || figure === undefined) return undefined;
  const { columns, rows, columnAxis, rowAxis, best } = map;
  const names = [axes[columnAxis]?.name ?? "", axes[rowAxis ?? columnAxis]?.name ?? ""] as const;
  const { values, steps, text, caption } = shownMap(map, { place: 0, figure, names });
  const cells = columns.length * rows.length;
  const table =
    cells > mostTableCells
      ? undefined
      : html`<div class="wide" role="region" aria-label="Map" tabindex="0"><table class="heat"><thead><tr><th scope="col"><bdi>${
          rowAxis === null ? "" : shortText(names[1])
        }</bdi></th>${columns.map((label) => html`<th scope="col"><bdi>${labelText(label)}</bdi></th>`)}</tr></thead><tbody>${rows.map(
          (label, row) =>
            html`<tr><th scope="row"><bdi>${rowAxis === null ? shortText(names[0]) : labelText(label)}</bdi></th>${columns.map(
              (_, column) => {
                const at = row * columns.length + column;
                return html`<td class="${heatClass(steps(at))}${at === best ? " own" : ""}" data-value="${String(values[at] ?? null)}">${text(at)}</td>`;
              },
            )}</tr>`,
        )}</tbody></table></div>`;
  return html`<div id="sweep-map"><h3>Map</h3><div class="tools scripted"></div><p class="hint">${caption}</p><div class="map">${table}</div></div>`;
}
