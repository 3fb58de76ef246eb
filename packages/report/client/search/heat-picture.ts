import type { SearchMap } from "../../src/data/search-data.ts";
import { labelText } from "../../src/text/figure-text.ts";
import { heatSteps } from "../../src/view/heat-step.ts";
import type { ShownMap } from "../../src/view/search-map.ts";
import { color } from "../charts/palette.ts";
import { element } from "../page/dom.ts";
import { figureCanvas } from "./figure-canvas.ts";

const margin = 90;
const labelHeight = 20;

/** A map as a picture. */
export interface PicturedMap extends ShownMap {
  readonly map: SearchMap;
  readonly names: readonly [columns: string, rows: string];
}

/** What a cell says. */
function cellText({ map: { columns, rows, rowAxis }, names, text }: PicturedMap, cell: number): string {
  const column = `${names[0]} ${labelText(columns[cell % columns.length])}`;
  const row = rowAxis === null ? "" : `, ${names[1]} ${labelText(rows[Math.floor(cell / columns.length)])}`;
  return `${column}${row}: ${text(cell)}`;
}

/** Draws a map of many cells, of which pointer and keys read one at a time. Returns what draws it again. */
export function drawHeatPicture(place: HTMLElement, shown: PicturedMap): (width?: number) => void {
  const { map, values, steps, caption } = shown;
  const { columns, rows, best } = map;
  const { canvas, start } = figureCanvas(place, "heat-picture");
  canvas.tabIndex = 0;
  canvas.setAttribute("aria-label", `${caption} Arrow keys read the cells.`);
  const live = element("p", { class: "hint", role: "status" });
  place.append(live);
  let cursor = best ?? 0;
  let width = 0;
  const height = Math.max(8, Math.min(16, 400 / rows.length)) * rows.length;
  const cellWidth = (): number => (width - margin) / columns.length;
  const cellHeight = height / rows.length;

  function read(cell: number): void {
    cursor = cell;
    live.textContent = cellText(shown, cell);
    draw();
  }

  canvas.addEventListener("keydown", (event) => {
    const [column, row] = [cursor % columns.length, Math.floor(cursor / columns.length)];
    const moves: Readonly<Record<string, readonly [number, number]>> = {
      ArrowLeft: [column - 1, row],
      ArrowRight: [column + 1, row],
      ArrowUp: [column, row - 1],
      ArrowDown: [column, row + 1],
      Home: [0, row],
      End: [columns.length - 1, row],
    };
    const move = moves[event.key];
    if (move === undefined || event.ctrlKey || event.altKey || event.metaKey) return;
    event.preventDefault();
    const [x, y] = [
      Math.min(columns.length - 1, Math.max(0, move[0])),
      Math.min(rows.length - 1, Math.max(0, move[1])),
    ];
    read(y * columns.length + x);
  });
  canvas.addEventListener("pointermove", ({ offsetX, offsetY }) => {
    const [x, y] = [Math.floor((offsetX - margin) / cellWidth()), Math.floor(offsetY / cellHeight)];
    if (x >= 0 && x < columns.length && y >= 0 && y < rows.length) read(y * columns.length + x);
  });

  function outline(context: CanvasRenderingContext2D, cell: number, style: string): void {
    context.strokeStyle = color(style);
    context.lineWidth = 2;
    const [x, y] = [cell % columns.length, Math.floor(cell / columns.length)];
    context.strokeRect(margin + x * cellWidth() + 1, y * cellHeight + 1, Math.max(2, cellWidth() - 2), cellHeight - 2);
  }

  function draw(given?: number): void {
    const started = start(height + labelHeight, given);
    if (started === undefined) return;
    const { context } = started;
    ({ width } = started);
    for (const [cell, value] of values.entries()) {
      if (value === null) continue;
      const step = steps(cell);
      context.globalAlpha = 0.08 + (0.92 * Math.abs(step)) / heatSteps;
      context.fillStyle = color(step < 0 ? "down" : step > 0 ? "up" : "grid");
      const [x, y] = [cell % columns.length, Math.floor(cell / columns.length)];
      context.fillRect(margin + x * cellWidth(), y * cellHeight, Math.max(1, cellWidth() - 0.5), cellHeight - 0.5);
    }
    context.globalAlpha = 1;
    context.fillStyle = color("soft");
    context.textAlign = "right";
    const every = Math.ceil(14 / cellHeight);
    for (const [row, label] of rows.entries())
      if (row % every === 0 && map.rowAxis !== null)
        context.fillText(labelText(label).slice(0, 14), margin - 6, (row + 0.5) * cellHeight + 4);
    context.textAlign = "center";
    const wide = Math.ceil(70 / cellWidth());
    for (const [column, label] of columns.entries())
      if (column % wide === 0 && margin + (column + 0.5) * cellWidth() < width - 30)
        context.fillText(labelText(label).slice(0, 12), margin + (column + 0.5) * cellWidth(), height + 14);
    if (best !== null) outline(context, best, "net");
    if (document.activeElement === canvas && cursor !== best) outline(context, cursor, "ink");
  }

  canvas.addEventListener("focus", () => read(cursor));
  canvas.addEventListener("blur", () => draw());
  return draw;
}
