import type { View } from "../../src/view/view.ts";
import type { Panel } from "./panel.ts";

/** Draws panels: at most once per frame, those near the window at once, the others while the browser is idle. */
export interface Board {
  add(panel: Panel): void;
  readonly panels: readonly Panel[];
  /** Draws a panel that is added, without waiting for a frame. */
  drawNow(panel: Panel): void;
  /** Draws all panels again, such as after a change of the theme. `width` is that of all plots. */
  rebuild(width?: number): void;
  /** Draws one panel again. */
  redraw(panel: Panel): void;
  /** Resolves when all panels are drawn. */
  whenDrawn(): Promise<void>;
}

const idle: (work: () => void) => void =
  typeof requestIdleCallback === "function"
    ? (work) => void requestIdleCallback(work, { timeout: 1500 })
    : (work) => void setTimeout(work, 50);

/** Creates a board for the panels of a view. */
export function createBoard(view: View): Board {
  const panels: Panel[] = [];
  const near = new Set<Element>();
  const stale = new Set<Panel>();
  const built = new Set<Panel>();
  const waiting: (() => void)[] = [];
  let isAsked = false;
  let cursorMoved = false;

  function draw(panel: Panel): void {
    stale.delete(panel);
    built.add(panel);
    panel.draw();
  }

  function drawStale(all: boolean): void {
    for (const panel of [...stale]) if (all || near.has(panel.figure)) draw(panel);
    if (stale.size === 0) for (const resolve of waiting.splice(0)) resolve();
  }

  function frame(): void {
    isAsked = false;
    drawStale(false);
    if (cursorMoved) for (const panel of built) if (!stale.has(panel)) panel.drawCursor();
    cursorMoved = false;
    if (stale.size > 0) idle(() => drawStale(true));
  }

  function ask(): void {
    if (isAsked) return;
    isAsked = true;
    requestAnimationFrame(frame);
  }

  const observer = new IntersectionObserver(
    (entries) => {
      for (const { target, isIntersecting } of entries)
        if (isIntersecting) near.add(target);
        else near.delete(target);
      ask();
    },
    { rootMargin: "300px" },
  );

  view.onChange((what) => {
    if (what === "cursor") cursorMoved = true;
    else if (what === "range") for (const panel of panels) stale.add(panel);
    else
      for (const panel of panels)
        if (panel.content.canBeLog) {
          panel.rebuild();
          stale.add(panel);
        }
    ask();
  });

  return {
    panels,
    add(panel) {
      panels.push(panel);
      stale.add(panel);
      observer.observe(panel.figure);
      ask();
    },
    drawNow: draw,
    rebuild(width) {
      for (const panel of panels) {
        panel.rebuild(width);
        stale.delete(panel);
        built.add(panel);
      }
    },
    redraw(panel) {
      stale.add(panel);
      ask();
    },
    whenDrawn: () =>
      new Promise((resolve) => {
        waiting.push(resolve);
        ask();
      }),
  };
}
