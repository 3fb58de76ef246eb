import type { ReportSweep, SearchMap } from "../../src/data/search-data.ts";
import { labelText } from "../../src/text/figure-text.ts";
import { shortText } from "../../src/text/visible-text.ts";
import { heatClass } from "../../src/view/heat-step.ts";
import { mostTableCells, type ShownMap, shownMap } from "../../src/view/search-map.ts";
import { element } from "../page/dom.ts";
import { drawHeatPicture } from "./heat-picture.ts";

/** A map and a figure of it. */
interface Shown extends ShownMap {
  readonly map: SearchMap;
  readonly names: readonly [columns: string, rows: string];
}

function tableOf({ map, names, values, steps, text }: Shown): HTMLElement {
  const { columns, rows, rowAxis, best } = map;
  const head = (scope: "col" | "row", name: string): HTMLElement => element("th", { scope }, element("bdi", {}, name));
  const rowsOf = rows.map((label, row) =>
    element(
      "tr",
      {},
      head("row", rowAxis === null ? names[0] : labelText(label)),
      ...columns.map((_, column) => {
        const at = row * columns.length + column;
        const name = `${heatClass(steps(at))}${at === best ? " own" : ""}`.trim();
        return element("td", { class: name === "" ? undefined : name, "data-value": String(values[at]) }, text(at));
      }),
    ),
  );
  const top = element(
    "tr",
    {},
    head("col", rowAxis === null ? "" : names[1]),
    ...columns.map((one) => head("col", labelText(one))),
  );
  return element(
    "div",
    { class: "wide", role: "region", "aria-label": "Map", tabindex: 0 },
    element("table", { class: "heat" }, element("thead", {}, top), element("tbody", {}, ...rowsOf)),
  );
}

/** A choice of names; the texts are shown as texts. */
function choice(
  name: string,
  options: readonly string[],
  chosen: number,
  choose: (place: number) => void,
): HTMLElement {
  const select = element(
    "select",
    { "aria-label": name },
    ...options.map((text, place) => element("option", { value: place, selected: place === chosen }, text)),
  );
  select.addEventListener("change", () => choose(Number(select.value)));
  return element("label", {}, `${name} `, select);
}

/** Lets the reader choose the axes and the figure of the map. Returns what draws it again. */
export function createHeatMap(place: HTMLElement, sweep: ReportSweep): (width?: number) => void {
  const { maps, mapFigures, figures, axes } = sweep;
  const tools = place.querySelector<HTMLElement>(".tools");
  const caption = place.querySelector<HTMLElement>(".hint");
  const body = place.querySelector<HTMLElement>(".map");
  const nameOf = (axis: number | null): string => shortText(axes[axis ?? 0]?.name ?? "");
  let [chosenMap, chosenFigure] = [0, 0];
  let draw: (width?: number) => void = () => undefined;

  function show(): void {
    const map = maps[chosenMap];
    const figure = figures[mapFigures[chosenFigure]];
    if (map === undefined || figure === undefined || body === null) return;
    const names = [nameOf(map.columnAxis), nameOf(map.rowAxis ?? map.columnAxis)] as const;
    const shown: Shown = { ...shownMap(map, { place: chosenFigure, figure, names }), map, names };
    if (caption !== null) caption.textContent = shown.caption;
    body.replaceChildren();
    if (map.columns.length * map.rows.length > mostTableCells) draw = drawHeatPicture(body, shown);
    else {
      draw = () => undefined;
      body.append(tableOf(shown));
    }
    draw();
  }

  const pairs = maps.map(({ columnAxis, rowAxis }) =>
    rowAxis === null ? nameOf(columnAxis) : `${nameOf(columnAxis)} \u00d7 ${nameOf(rowAxis)}`,
  );
  if (maps.length > 1)
    tools?.append(
      choice("Axes", pairs, 0, (place_) => {
        chosenMap = place_;
        show();
      }),
    );
  if (mapFigures.length > 1)
    tools?.append(
      choice(
        "Figure",
        mapFigures.map((at) => shortText(figures[at]?.name ?? "")),
        0,
        (place_) => {
          chosenFigure = place_;
          show();
        },
      ),
    );
  show();
  return (width) => draw(width);
}
