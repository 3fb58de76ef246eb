import type { ReportDrawdown } from "../../src/data/report-data.ts";
import type { LevelSeries } from "../../src/reading/level-series.ts";
import { moneyLabel, moneyText } from "../../src/text/money-text.ts";
import { decimalText, percentText, shortestText } from "../../src/text/number-text.ts";
import { tickDigits } from "../../src/view/ticks.ts";
import type { CurveSeries, EquityCurve } from "./curve-series.ts";
import { color } from "./palette.ts";
import type { LegendItem, Paint, PanelContent, PanelLine } from "./panel-content.ts";

/** Shades the three deepest drawdowns from peak to trough. */
function shadeDrawdowns({ context, x, top, height }: Paint, drawdowns: readonly ReportDrawdown[]): void {
  context.fillStyle = color("shade");
  for (const { rows } of drawdowns.slice(0, 3)) {
    const from = x(rows[0]);
    context.fillRect(from, top, Math.max(1, x(rows[1]) - from), height);
  }
}

/** Equity after costs, before costs, and of holding. */
export function equityPanel(
  { equity, gross, benchmark }: EquityCurve,
  drawdowns: readonly ReportDrawdown[],
  capital: number,
): PanelContent {
  const lines: PanelLine[] = [
    ...(benchmark === undefined ? [] : [{ series: benchmark, color: "benchmark" }]),
    ...(gross === undefined ? [] : [{ series: gross, color: "gross", dash: [5, 4] }]),
    { series: equity, color: "net", width: 2, hasBand: true },
  ];
  const item = (
    label: string,
    one: LevelSeries | undefined,
    row: number,
    name: string,
    isDashed = false,
  ): LegendItem[] =>
    one === undefined ? [] : [{ label, text: moneyText(one.at(row), capital), color: name, isDashed }];
  return {
    height: 250,
    lines,
    canBeLog: true,
    axisText: moneyLabel,
    below: (paint) => shadeDrawdowns(paint, drawdowns),
    legend: (row) => [
      ...item("after costs", equity, row, "net"),
      ...item("before costs", gross, row, "gross", true),
      ...item("holding", benchmark, row, "benchmark"),
    ],
    hint: () => (drawdowns.length > 0 ? "Shaded: the deepest drawdowns, from peak to trough." : ""),
    describe: () => "Equity after costs, before costs, and of holding",
  };
}

/** Bars of the finest buckets of a series. */
function barsOf(series: LevelSeries): number {
  return series.level(1, 2).size;
}

/** How far the equity is below its peak. */
export function drawdownPanel({ drawdown }: CurveSeries): PanelContent {
  const size = barsOf(drawdown);
  return {
    height: 120,
    lines: [{ series: drawdown, color: "down", isFilled: true, value: "low" }],
    canBeLog: false,
    axisText: (value, ticks) => percentText(value, tickDigits(ticks, 0, 0.01)),
    reach: (low) => [Math.min(low, -0.001), 0],
    legend: (row) => [{ label: "below the peak", text: percentText(drawdown.at(row)), color: "down" }],
    hint: () => (size > 1 ? `At the cursor: the worst of ${decimalText(size)} bars; at the end: the last one.` : ""),
    describe: () => "How far the equity is below its peak so far",
  };
}

/** The share of symbols that are long, above 0, and short, below 0. */
export function exposurePanel(long: LevelSeries, short: LevelSeries): PanelContent {
  const size = barsOf(long);
  return {
    height: 110,
    lines: [
      { series: long, color: "up", isFilled: true, width: 1 },
      { series: negated(short), color: "down", isFilled: true, width: 1 },
    ],
    canBeLog: false,
    axisText: (value) => percentText(Math.abs(value), 0),
    reach: (low, high) => [Math.min(low, 0), Math.max(high, 0)],
    legend: (row) => [
      { label: "long", text: percentText(long.at(row)), color: "up" },
      { label: "short", text: percentText(short.at(row)), color: "down" },
    ],
    hint: () =>
      `Share of the symbols that are held long, and short${size > 1 ? `: the mean of ${decimalText(size)} bars` : ""}.`,
    describe: () => "Long positions above zero and short positions below",
  };
}

/** A series with the sign of all values changed. */
function negated(series: LevelSeries): LevelSeries {
  const minus = (values: Float64Array): Float64Array => values.map((value) => -value);
  return {
    at: (row) => -series.at(row),
    level(rows, most) {
      const { size, close, low, high } = series.level(rows, most);
      return { size, close: minus(close), low: minus(high), high: minus(low) };
    },
  };
}

/** The Sharpe ratio of the last bars. */
export function sharpePanel(sharpe: LevelSeries): PanelContent {
  return {
    height: 120,
    lines: [{ series: sharpe, color: "net" }],
    canBeLog: false,
    axisText: (value) => shortestText(value, 3),
    reach: (low, high) => [Math.min(low, 0), Math.max(high, 0)],
    below: zeroLine,
    legend: (row) => [{ label: "Sharpe", text: decimalText(sharpe.at(row), 2), color: "net" }],
    describe: () => "The rolling Sharpe ratio",
  };
}

/** A line at 0. */
function zeroLine({ context, y, left, width, ratio }: Paint): void {
  context.strokeStyle = color("soft");
  context.lineWidth = ratio;
  context.beginPath();
  context.moveTo(left, y(0));
  context.lineTo(left + width, y(0));
  context.stroke();
}

/** The sum of fees and slippage so far. */
export function costsPanel(costs: LevelSeries): PanelContent {
  return {
    height: 110,
    lines: [{ series: costs, color: "benchmark", isFilled: true }],
    canBeLog: false,
    axisText: moneyLabel,
    reach: (low, high) => [Math.min(low, 0), high],
    legend: (row) => [{ label: "fees and slippage", text: decimalText(costs.at(row)), color: "benchmark" }],
    describe: () => "The sum of fees and slippage so far",
  };
}
