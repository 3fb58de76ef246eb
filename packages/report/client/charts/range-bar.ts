import type { LevelSeries } from "../../src/reading/level-series.ts";
import type { RowTimes } from "../../src/reading/row-times.ts";
import { decimalText } from "../../src/text/number-text.ts";
import type { View } from "../../src/view/view.ts";
import { button, element } from "../page/dom.ts";
import type { GestureMode } from "./gestures.ts";
import { keyTexts } from "./keys.ts";
import { createNavigator } from "./navigator.ts";

const day = 86_400_000;

/** Ranges of time that end at the last row in view. */
const presets = [
  ["1D", day],
  ["1W", 7 * day],
  ["1M", 30.44 * day],
  ["3M", 91.3 * day],
  ["6M", 182.6 * day],
  ["1Y", 365.25 * day],
  ["5Y", 5 * 365.25 * day],
] as const;

/** The most presets that are offered: the longest ones that are shorter than the data. */
const mostPresets = 5;

interface Options {
  readonly place: HTMLElement;
  readonly view: View;
  readonly times: RowTimes;
  readonly series: LevelSeries;
  readonly mode: GestureMode;
}

/** The range in view as text. */
function rangeText({ first, last, rows }: View, times: RowTimes): string {
  const from = Math.max(0, Math.ceil(first));
  const to = Math.min(rows - 1, Math.floor(last));
  const count = to - from + 1;
  return `${times.text(from)} – ${times.text(to)} · ${decimalText(count)} bar${count === 1 ? "" : "s"}`;
}

function presetButtons(view: View, times: RowTimes): readonly HTMLElement[] {
  const span = times.at(view.rows - 1) - times.at(0);
  return presets
    .filter(([, length]) => length < span)
    .slice(-mostPresets)
    .map(([name, length]) =>
      button(name, () => {
        const last = Math.min(view.rows - 1, Math.floor(view.last));
        view.show(times.rowFrom(times.at(last) - length) - 0.5, last + 0.5);
      }),
    );
}

function keyList(): HTMLElement {
  const rows = keyTexts.map(([keys, action]) => element("div", {}, element("dt", {}, keys), element("dd", {}, action)));
  return element(
    "details",
    { class: "keys" },
    element("summary", {}, "Keys"),
    element(
      "p",
      {},
      "On a focused chart. Drag zooms, Shift and drag moves, Ctrl and wheel zooms, double click shows all.",
    ),
    element("dl", {}, ...rows),
  );
}

/** The sticky bar over the charts. Returns what draws its navigator. */
export function createRangeBar({ place, view, times, series, mode }: Options): () => void {
  const text = element("span", { class: "range-text", id: "range-text" });
  const pan = button(
    "Pan",
    () => {
      mode.isPanning = !mode.isPanning;
      pan.setAttribute("aria-pressed", String(mode.isPanning));
    },
    { "aria-pressed": "false" },
  );
  const log = button("Log", () => view.setLog(!view.isLog), { "aria-pressed": String(view.isLog), id: "log" });
  const navigator = createNavigator({ view, series, rangeText: () => rangeText(view, times) });
  const buttons = [
    ...presetButtons(view, times),
    button("↶", () => view.back(), { "aria-label": "Back to the range before", id: "back" }),
    button("All", () => view.all(), { id: "all" }),
    pan,
    log,
    keyList(),
  ];
  place.append(element("div", { class: "tools" }, ...buttons, text), navigator.canvas);
  const update = (): void => {
    text.textContent = rangeText(view, times);
    navigator.draw();
  };
  view.onChange((what) => {
    // A screen reader reads the state right after the key.
    if (what === "log") log.setAttribute("aria-pressed", String(view.isLog));
    if (what !== "cursor") requestAnimationFrame(update);
  });
  update();
  return update;
}
