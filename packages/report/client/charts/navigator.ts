import type { LevelSeries } from "../../src/reading/level-series.ts";
import type { View } from "../../src/view/view.ts";
import { color } from "./palette.ts";

/** A small chart of all rows with the range in view, which can be dragged. */
export interface Navigator {
  readonly canvas: HTMLCanvasElement;
  draw(): void;
}

const height = 36;
/** Pixels around an edge in which it is taken. */
const grip = 8;

interface Options {
  readonly view: View;
  readonly series: LevelSeries;
  rangeText(): string;
}

/** Creates the navigator: a slider whose value is the range. */
export function createNavigator({ view, series, rangeText }: Options): Navigator {
  const canvas = document.createElement("canvas");
  canvas.className = "navigator";
  canvas.tabIndex = 0;
  canvas.setAttribute("role", "slider");
  canvas.setAttribute("aria-label", "Range in view");
  canvas.setAttribute("aria-valuemin", "0");
  canvas.setAttribute("aria-valuemax", String(view.rows - 1));
  let drag:
    | { readonly kind: "move" | "first" | "last"; readonly x: number; readonly first: number; readonly last: number }
    | undefined;

  const xOf = (row: number): number => ((row + 0.5) / view.rows) * canvas.clientWidth;
  const rowOf = (x: number): number => (x / Math.max(1, canvas.clientWidth)) * view.rows - 0.5;

  function drawLine(context: CanvasRenderingContext2D, width: number): void {
    const level = series.level(view.rows, Math.max(50, width));
    let low = Number.POSITIVE_INFINITY;
    let high = Number.NEGATIVE_INFINITY;
    for (const value of level.close) {
      if (value < low) low = value;
      if (value > high) high = value;
    }
    const span = high - low || 1;
    context.strokeStyle = color("net");
    context.beginPath();
    for (let i = 0; i < level.close.length; i++) {
      const x = xOf(Math.min(view.rows - 1, (i + 0.5) * level.size));
      context.lineTo(x, 3 + (height - 6) * (1 - (level.close[i] - low) / span));
    }
    context.stroke();
  }

  function draw(): void {
    const width = canvas.clientWidth;
    const ratio = window.devicePixelRatio;
    canvas.width = Math.round(width * ratio);
    canvas.height = Math.round(height * ratio);
    const context = canvas.getContext("2d");
    if (context === null || width === 0) return;
    context.scale(ratio, ratio);
    drawLine(context, width);
    const from = xOf(view.first);
    const to = Math.max(from + 2, xOf(view.last));
    context.fillStyle = color("veil");
    context.fillRect(0, 0, from, height);
    context.fillRect(to, 0, width - to, height);
    context.strokeStyle = color("net");
    context.lineWidth = 2;
    context.strokeRect(from + 1, 1, Math.max(1, to - from - 2), height - 2);
    canvas.setAttribute("aria-valuenow", String(Math.round(Math.max(0, (view.first + view.last) / 2))));
    canvas.setAttribute("aria-valuetext", rangeText());
  }

  const placeOf = (event: PointerEvent): number => event.clientX - canvas.getBoundingClientRect().left;

  canvas.addEventListener("pointerdown", (event) => {
    canvas.setPointerCapture(event.pointerId);
    const x = placeOf(event);
    const { first, last } = view;
    const toFirst = Math.abs(x - xOf(first));
    const toLast = Math.abs(x - xOf(last));
    const kind = Math.min(toFirst, toLast) <= grip ? (toFirst < toLast ? "first" : "last") : "move";
    if (kind === "move" && (x < xOf(first) || x > xOf(last))) {
      const row = rowOf(x);
      view.show(row - (last - first) / 2, row + (last - first) / 2);
    }
    view.remember();
    drag = { kind, x, first: view.first, last: view.last };
  });
  canvas.addEventListener("pointermove", (event) => {
    if (drag === undefined) return;
    const moved = rowOf(placeOf(event)) - rowOf(drag.x);
    if (drag.kind === "move") view.show(drag.first + moved, drag.last + moved, false);
    else if (drag.kind === "first") view.show(Math.min(drag.first + moved, drag.last - 1), drag.last, false);
    else view.show(drag.first, Math.max(drag.last + moved, drag.first + 1), false);
  });
  for (const name of ["pointerup", "pointercancel"] as const)
    canvas.addEventListener(name, () => {
      drag = undefined;
    });
  canvas.addEventListener("keydown", (event) => {
    const step = 0.1 * (view.last - view.first);
    const actions: Readonly<Record<string, () => void>> = {
      ArrowLeft: () => view.pan(-step),
      ArrowRight: () => view.pan(step),
      ArrowUp: () => view.zoom(0.7, (view.first + view.last) / 2),
      ArrowDown: () => view.zoom(1 / 0.7, (view.first + view.last) / 2),
      Home: () => view.pan(-view.rows),
      End: () => view.pan(view.rows),
    };
    const act = actions[event.key];
    if (act === undefined) return;
    event.preventDefault();
    act();
  });
  return { canvas, draw };
}
