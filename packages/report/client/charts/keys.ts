import type { View } from "../../src/view/view.ts";
import type { Panel } from "./panel.ts";

/** Milliseconds of rest before the values at the cursor are read out. */
const rest = 120;

/** What the keys of a panel need besides the view. */
export interface KeyActions {
  /** Moves to the next trade after the cursor, or the one before it. */
  trade(step: 1 | -1): void;
  /** The time of a row as text. */
  timeText(row: number): string;
}

/** The keys, for people. */
export const keyTexts: readonly (readonly [keys: string, action: string])[] = [
  ["← →", "move the cursor; with Shift by 20 bars"],
  ["+ −", "zoom in, zoom out"],
  ["0", "show all"],
  ["Page Up, Page Down", "move by the bars in view"],
  ["Home, End", "go to the first or last bar"],
  ["l", "logarithmic axis"],
  ["t, T", "next trade, previous trade"],
  ["b", "back to the range before"],
  ["Esc", "leave the cursor"],
];

/** Lets the keyboard read and move a focused panel. */
export function addKeys(panel: Panel, view: View, { trade, timeText }: KeyActions): void {
  const place = panel.figure.querySelector<HTMLElement>(".plot");
  const live = document.getElementById("live");
  if (place === null) return;
  place.tabIndex = 0;
  let timer = 0;

  function speak(): void {
    clearTimeout(timer);
    timer = window.setTimeout(() => {
      const { cursor } = view;
      if (live === null || cursor === undefined) return;
      const values = panel.content.legend(cursor).map(({ label, text }) => `${label} ${text}`.trim());
      live.textContent = `${timeText(cursor)}: ${values.join(", ")}`;
    }, rest);
  }

  function moveCursor(step: number): void {
    const start = view.cursor ?? Math.round(step > 0 ? view.first : view.last);
    const row = Math.max(0, Math.min(view.rows - 1, start + step));
    view.setCursor(row);
    if (row < view.first) view.pan(row - view.first - 0.5, false);
    if (row > view.last) view.pan(row - view.last + 0.5, false);
  }

  const middle = (): number => view.cursor ?? (view.first + view.last) / 2;
  const span = (): number => view.last - view.first;
  const actions: Readonly<Record<string, (isShifted: boolean) => void>> = {
    ArrowLeft: (isShifted) => moveCursor(isShifted ? -20 : -1),
    ArrowRight: (isShifted) => moveCursor(isShifted ? 20 : 1),
    "+": () => view.zoom(0.7, middle()),
    "=": () => view.zoom(0.7, middle()),
    "-": () => view.zoom(1 / 0.7, middle()),
    "0": () => view.all(),
    PageUp: () => view.pan(-0.9 * span()),
    PageDown: () => view.pan(0.9 * span()),
    Home: () => view.pan(-view.rows),
    End: () => view.pan(view.rows),
    l: () => view.setLog(!view.isLog),
    t: () => trade(1),
    T: () => trade(-1),
    b: () => view.back(),
    Escape: () => view.setCursor(undefined),
  };
  place.addEventListener("keydown", (event) => {
    if (event.ctrlKey || event.metaKey || event.altKey) return;
    const act = actions[event.key];
    if (act === undefined) return;
    event.preventDefault();
    act(event.shiftKey);
    speak();
  });
}
