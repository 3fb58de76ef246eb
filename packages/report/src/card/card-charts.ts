import { html, type Markup } from "../markup/markup.ts";
import type { LevelSeries } from "../reading/level-series.ts";
import { timeTicks } from "../reading/row-times.ts";
import { moneyLabel, moneyText } from "../text/money-text.ts";
import { noFigure, percentText } from "../text/number-text.ts";
import { axisRange } from "../view/axis-range.ts";
import { linearTicks, logTicks, tickDigits } from "../view/ticks.ts";
import type { CardCurve } from "./card-curve.ts";
import { type ColorName, cardText, colors, px } from "./card-parts.ts";
import { fittingSize } from "./text-lines.ts";

/** A rectangle in px. */
export interface Box {
  readonly x: number;
  readonly y: number;
  readonly width: number;
  readonly height: number;
}

/** The places of rows and values in a plot. */
interface Scales {
  x(row: number): number;
  y(value: number): number;
}

/** Px at the left of a plot for the labels of its axis. */
const labelWidth = 62;
const labelSize = 13;
const legendHeight = 28;
const datesHeight = 22;
const gapHeight = 14;

function scalesOf(box: Box, n: number, [low, high]: readonly [number, number], isLog: boolean): Scales {
  const place = isLog ? Math.log : (value: number): number => value;
  const [from, to] = [place(low), place(high)];
  return {
    x: (row) => box.x + (n > 1 ? (row / (n - 1)) * box.width : box.width / 2),
    y: (value) => box.y + box.height * (1 - (place(value) - from) / (to - from)),
  };
}

interface Point {
  readonly x: number;
  readonly low: number;
  readonly close: number;
  readonly high: number;
}

/** The points of a series, about one per px, in runs without undefined values. */
function pointRuns(series: LevelSeries, { n }: CardCurve, box: Box, { x, y }: Scales): readonly (readonly Point[])[] {
  const { size, close, low, high } = series.level(n, box.width);
  const runs: Point[][] = [];
  let isOpen = false;
  for (let i = 0; i < close.length; i++) {
    const row = (i * size + Math.min(n, (i + 1) * size) - 1) / 2;
    const point = { x: x(row), low: y(low[i]), close: y(close[i]), high: y(high[i]) };
    const isDefined = Number.isFinite(point.low) && Number.isFinite(point.high) && Number.isFinite(point.close);
    if (isDefined && isOpen) runs[runs.length - 1].push(point);
    else if (isDefined) runs.push([point]);
    isOpen = isDefined;
  }
  return runs;
}

const pathOf = (points: readonly (readonly [x: number, y: number])[]): string =>
  points.map(([x, y], i) => `${i === 0 ? "M" : "L"}${px(x)} ${px(y)}`).join("");

interface Line {
  readonly series: LevelSeries;
  readonly color: ColorName;
  readonly label: string;
  readonly width: number;
  readonly dash?: string;
}

function linesOf({ equity, gross, benchmark }: CardCurve): readonly Line[] {
  const optional = (series: LevelSeries | undefined, rest: Omit<Line, "series">): readonly Line[] =>
    series === undefined ? [] : [{ series, ...rest }];
  return [
    ...optional(benchmark, { color: "benchmark", label: "holding", width: 1.75 }),
    ...optional(gross, { color: "gross", label: "before costs", width: 1.75, dash: "5 4" }),
    { series: equity, color: "net", label: "after costs", width: 2.5 },
  ];
}

/** A line with the band between the lowest and highest value of each point; a single value is a dot. */
function lineMarkup({ color, width, dash }: Line, runs: readonly (readonly Point[])[]): Markup {
  const stroke = colors[color];
  const [first] = runs;
  if (runs.length === 1 && first?.length === 1)
    return html`<circle cx="${px(first[0].x)}" cy="${px(first[0].close)}" r="4" fill="${stroke}"/>`;
  const line = runs.map((run) => pathOf(run.map(({ x, close }) => [x, close]))).join("");
  const band = runs
    .map((run) => {
      const back = run.toReversed().map(({ x, low }) => [x, low] as const);
      return `${pathOf([...run.map(({ x, high }) => [x, high] as const), ...back])}Z`;
    })
    .join("");
  const dashes = dash === undefined ? undefined : html` stroke-dasharray="${dash}"`;
  return html`<path d="${band}" fill="${stroke}" fill-opacity="0.3"/><path d="${line}" fill="none" stroke="${stroke}" stroke-width="${width}" stroke-linejoin="round"${dashes}/>`;
}

function grid(box: Box, y: (value: number) => number, ticks: readonly number[], text: (value: number) => string) {
  return ticks.map(
    (tick) =>
      html`<path d="M${px(box.x)} ${px(y(tick))}H${px(box.x + box.width)}" stroke="${colors.grid}"/>${cardText(
        text(tick),
        { x: box.x - 8, y: y(tick) + 4.5, size: labelSize, color: "soft", anchor: "end" },
      )}`,
  );
}

/** The lowest and highest of what is drawn; only what is above 0 on a logarithmic axis. */
function reachOf(lines: readonly Line[], { n, isLog }: CardCurve, width: number): readonly [number, number] {
  let low = Number.POSITIVE_INFINITY;
  let high = Number.NEGATIVE_INFINITY;
  for (const { series } of lines) {
    const level = series.level(n, width);
    for (const value of level.low) if (value < low && (!isLog || value > 0)) low = value;
    for (const value of level.high) if (value > high) high = value;
  }
  return axisRange(low, high, isLog);
}

function equityChart(curve: CardCurve, box: Box): Markup {
  const lines = linesOf(curve);
  const range = reachOf(lines, curve, box.width);
  const scales = scalesOf(box, curve.n, range, curve.isLog);
  const ticks = (curve.isLog ? logTicks : linearTicks)(range[0], range[1], 5);
  return html`<g id="equity">${grid(box, scales.y, ticks, moneyLabel)}${lines.map((line) =>
    lineMarkup(line, pointRuns(line.series, curve, box, scales)),
  )}</g>`;
}

function drawdownChart(curve: CardCurve, box: Box): Markup {
  const { low } = curve.drawdown.level(curve.n, box.width);
  const deepest = low.reduce((a, b) => Math.min(a, b), -0.001);
  const scales = scalesOf(box, curve.n, [1.04 * deepest, 0], false);
  const ticks = linearTicks(1.04 * deepest, 0, 3);
  const digits = tickDigits(ticks, 0, 0.01);
  const edges = pointRuns(curve.drawdown, curve, box, scales).map((run) =>
    run.map(({ x, low: deep }) => [x, deep] as const),
  );
  const areas = edges.map((edge) => pathOf([[edge[0][0], box.y], ...edge, [edge[edge.length - 1][0], box.y]]));
  return html`<g id="drawdown">${grid(box, scales.y, ticks, (value) => percentText(value, digits))}<path d="${areas.join("")}" fill="${colors.down}" fill-opacity="0.22"/><path d="${edges.map(pathOf).join("")}" fill="none" stroke="${colors.down}"/>${cardText(
    "Drawdown",
    {
      x: box.x + 8,
      y: box.y + box.height - 8,
      size: labelSize,
      color: "soft",
    },
  )}</g>`;
}

/** The lines with their values at the last row, as in the legend of the page. */
function legend(curve: CardCurve, capital: number, box: Box): Markup {
  const items = linesOf(curve)
    .toReversed()
    .map(({ series, label, color }) => ({ color, text: ` ${label} ${moneyText(series.at(curve.n - 1), capital)}` }));
  const all = items.map(({ text }) => `\u25a0${text}   `).join("");
  const size = fittingSize(all, box.width, { size: 15 }, 8);
  // One text, so that items follow each other in any font.
  const parts = items.map(
    ({ text, color }, i) =>
      html`<tspan fill="${colors[color]}" dx="${i === 0 ? 0 : size}">\u25a0</tspan><tspan>${text}</tspan>`,
  );
  return html`<text id="legend" x="${px(box.x)}" y="${px(box.y + 15)}" font-size="${px(size)}" fill="${colors.ink}">${parts}</text>`;
}

function dates({ times, n }: CardCurve, box: Box): readonly Markup[] {
  const end = box.x + box.width;
  return timeTicks(times, 0, n - 1, 7)
    .map(({ row, label }) => ({ label, x: box.x + (row / Math.max(1, n - 1)) * box.width }))
    .filter(({ x }) => x >= box.x + 17 && x <= end - 17)
    .map(({ label, x }) =>
      cardText(label, { x, y: box.y + box.height + 18, size: labelSize, color: "soft", anchor: "middle" }),
    );
}

/** Equity with its legend, drawdown, and the dates below them. Without a curve, the card says so. */
export function cardCharts(curve: CardCurve | undefined, capital: number, box: Box): Markup {
  if (curve === undefined)
    return cardText(`${noFigure} no equity curve ${noFigure}`, {
      x: box.x + box.width / 2,
      y: box.y + box.height / 2,
      size: 18,
      color: "soft",
      anchor: "middle",
    });
  const x = box.x + labelWidth;
  const width = box.width - labelWidth;
  const plots = box.height - legendHeight - datesHeight - gapHeight;
  const equity = { x, y: box.y + legendHeight, width, height: 0.74 * plots };
  const drawdown = { x, y: equity.y + equity.height + gapHeight, width, height: 0.26 * plots };
  const scale = cardText("logarithmic scale", { x: x + 8, y: equity.y + 16, size: labelSize, color: "soft" });
  return html`${legend(curve, capital, { ...box, x, width })}${equityChart(curve, equity)}${
    curve.isLog ? scale : undefined
  }${drawdownChart(curve, drawdown)}${dates(curve, drawdown)}`;
}
