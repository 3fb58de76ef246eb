import type { ReportSweep } from "../../src/data/search-data.ts";
import { decimalText } from "../../src/text/number-text.ts";
import { createLineFilter } from "../../src/view/line-filter.ts";
import { button } from "../page/dom.ts";
import { figureCanvas } from "./figure-canvas.ts";
import { linesOf } from "./line-axes.ts";
import { createLinePicture, linesHeight } from "./line-picture.ts";

/** Steps of the keys. */
const keyStep = 0.05;

/**
 * Draws configurations as lines through their values (parallel coordinates). A band of an axis, dragged or moved by
 * keys, chooses lines. Returns what draws it again.
 */
export function createSearchLines(figure: HTMLElement, sweep: ReportSweep): (width?: number) => void {
  const columns = linesOf(sweep);
  const { axes, parts } = columns;
  const filter = createLineFilter();
  const picture = createLinePicture(columns, filter);
  const place = figure.querySelector<HTMLElement>(".plot") ?? figure;
  const live = figure.querySelector<HTMLElement>(".hint");
  const { canvas, start } = figureCanvas(place, "scatter");
  canvas.tabIndex = 0;
  canvas.setAttribute("role", "application");
  canvas.setAttribute(
    "aria-label",
    `${decimalText(parts.length)} configurations as lines. Left and right choose an axis, up and down move its band, with Shift they make it wider or narrower, Delete removes it, Escape removes all.`,
  );
  let own = 0;
  let dragged: number | undefined;

  function say(): void {
    if (live === null) return;
    const bands = axes.flatMap(({ name, rangeText }, axis) => {
      const band = filter.band(axis);
      return band === undefined ? [] : [`${name} ${rangeText(...band)}`];
    });
    const chosen = parts.filter(filter.accepts).length;
    live.textContent =
      bands.length === 0
        ? "Drag along an axis, or use the arrow keys, to choose lines."
        : `${bands.join(", ")}: ${decimalText(chosen)} of ${decimalText(parts.length)} lines.`;
  }

  function draw(given?: number): void {
    const started = start(linesHeight, given);
    if (started === undefined) return;
    picture.draw(started.context, started.width, document.activeElement === canvas ? own : undefined);
    say();
  }

  let isAsked = false;
  function ask(): void {
    if (isAsked) return;
    isAsked = true;
    requestAnimationFrame(() => {
      isAsked = false;
      draw();
    });
  }

  canvas.addEventListener("pointerdown", ({ offsetX, offsetY, pointerId }) => {
    own = picture.axisAt(offsetX);
    dragged = picture.partAt(offsetY);
    canvas.setPointerCapture(pointerId);
  });
  canvas.addEventListener("pointermove", ({ offsetY }) => {
    if (dragged === undefined) return;
    filter.set(own, [dragged, picture.partAt(offsetY)]);
    ask();
  });
  const release = ({ offsetY }: PointerEvent): void => {
    // A click without a drag removes the band.
    if (dragged !== undefined && Math.abs(picture.partAt(offsetY) - dragged) < 0.01) filter.set(own, undefined);
    dragged = undefined;
    ask();
  };
  canvas.addEventListener("pointerup", release);
  canvas.addEventListener("pointercancel", release);
  canvas.addEventListener("keydown", (event) => {
    const { key, shiftKey } = event;
    const acts: Readonly<Record<string, () => void>> = {
      ArrowLeft: () => {
        own = Math.max(0, own - 1);
      },
      ArrowRight: () => {
        own = Math.min(axes.length - 1, own + 1);
      },
      ArrowUp: () => (shiftKey ? filter.widen(own, keyStep) : filter.move(own, keyStep)),
      ArrowDown: () => (shiftKey ? filter.widen(own, -keyStep) : filter.move(own, -keyStep)),
      Delete: () => filter.set(own, undefined),
      Backspace: () => filter.set(own, undefined),
      Escape: filter.clear,
    };
    const act = acts[key];
    if (act === undefined || event.ctrlKey || event.altKey || event.metaKey) return;
    event.preventDefault();
    act();
    ask();
  });
  for (const event of ["focus", "blur"] as const) canvas.addEventListener(event, ask);
  figure.querySelector(".tools")?.append(
    button("All lines", () => {
      filter.clear();
      ask();
    }),
  );
  return draw;
}
