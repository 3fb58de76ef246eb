import type uPlot from "uplot";
import { type RowTimes, timeTicks } from "../../src/reading/row-times.ts";
import { linearTicks, logTicks } from "../../src/view/ticks.ts";
import type { View } from "../../src/view/view.ts";
import { color } from "./palette.ts";
import type { PanelContent, PanelLine } from "./panel-content.ts";

/** Width of the axis of values, in pixels. */
export const axisWidth = 66;
const xAxisHeight = 26;
const font = "11px system-ui, sans-serif";
/** Pixels at the left edge in which a label would be clipped. */
const clippedWidth = 17;
/** Pixels per label of a time, at least. */
const timeWidth = 80;

/** The series of the lines, in the order of their columns. */
export function seriesOptions(lines: readonly PanelLine[]): uPlot.Series[] {
  const options: uPlot.Series[] = [{}];
  for (const { color: name, width = 1.5, dash, isFilled = false, hasBand = false } of lines) {
    const stroke = color(name);
    options.push({
      stroke,
      width,
      // A line through one point would not be seen.
      points: { show: (_plot, _series, from, to) => from === to, size: 6, stroke, fill: stroke },
      ...(dash === undefined ? {} : { dash: [...dash] }),
      ...(isFilled ? { fill: `${stroke}40`, fillTo: 0 } : {}),
    });
    if (hasBand) options.push({ points: { show: false }, width: 0 }, { points: { show: false }, width: 0 });
  }
  if (lines.length === 0) options.push({ points: { show: false } });
  return options;
}

/** The bands between the highest and the lowest values. */
export function bandOptions(lines: readonly PanelLine[]): uPlot.Band[] {
  const bands: uPlot.Band[] = [];
  let place = 1;
  for (const { color: name, hasBand = false } of lines) {
    if (hasBand) bands.push({ series: [place + 1, place + 2], fill: `${color(name)}38` });
    place += hasBand ? 3 : 1;
  }
  return bands;
}

/** What the axes of a panel show. */
interface AxisOptions {
  readonly view: View;
  readonly times: RowTimes;
  readonly axisText: PanelContent["axisText"];
  isLog(): boolean;
  /** The ends of the axis of values. */
  range(): readonly [number, number];
}

const most = (pixels: number, each: number): number => Math.max(2, Math.floor(pixels / each));

/** The axis of times below a plot, and that of values on its right. */
export function axisOptions({ view, times, axisText, isLog, range }: AxisOptions): uPlot.Axis[] {
  const common = { stroke: color("soft"), font, grid: { stroke: color("grid"), width: 1 }, ticks: { show: false } };
  let labels = new Map<number, string>();
  return [
    {
      ...common,
      size: xAxisHeight,
      splits(u) {
        // The element over the plot has no size before the first draw.
        const width = u.width - axisWidth;
        const ticks = timeTicks(
          times,
          Math.max(0, view.first),
          Math.min(view.rows - 1, view.last),
          most(width, timeWidth),
        );
        const edge = view.first + (clippedWidth * (view.last - view.first)) / Math.max(1, width);
        const shown = ticks.filter(({ row }) => row > edge);
        labels = new Map(shown.map(({ row, label }) => [row, label]));
        return shown.map(({ row }) => row);
      },
      values: (_u, rows) => rows.map((row) => labels.get(row) ?? ""),
    },
    {
      ...common,
      side: 1,
      size: axisWidth,
      splits(u) {
        const count = most(u.height - xAxisHeight, 28);
        return isLog() ? logTicks(...range(), count) : linearTicks(...range(), count);
      },
      values: (_u, values) => values.map((value) => axisText(value, values)),
      filter: (_u, values) => values,
    },
  ];
}
