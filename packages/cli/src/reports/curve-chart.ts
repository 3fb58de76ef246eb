import type { CurveOverview } from "@atc/runtime";
import { brailleLines, type DotColumns } from "../text/braille-line.ts";
import { integer, percent, price } from "../text/number-format.ts";
import { painted, type Screen } from "../text/screen.ts";
import { monthLines } from "./month-lines.ts";

const rows = 4;
/** Columns right of the chart, for the highest and the lowest value. */
const labelWidth = 9;
/** Columns of the chart if nothing limits them. */
const usualWidth = 80;
const blocks = " ▁▂▃▄▅▆▇█";

/** A curve in columns of dots, and the worst drawdown of each column of characters. */
interface Columns extends DotColumns {
  readonly falls: Float64Array;
}

/** Spreads buckets over columns of dots. If there are fewer buckets, each has several columns. */
function columnsOf({ low, high, fall }: CurveOverview, width: number): Columns {
  const count = 2 * width;
  const buckets = low.length;
  const lows = new Float64Array(count).fill(Number.POSITIVE_INFINITY);
  const highs = new Float64Array(count).fill(Number.NEGATIVE_INFINITY);
  const falls = new Float64Array(width);
  for (const [bucket, lowest] of low.entries()) {
    const from = Math.floor((bucket * count) / buckets);
    const to = Math.max(from + 1, Math.floor(((bucket + 1) * count) / buckets));
    for (let column = from; column < to; column++) {
      lows[column] = Math.min(lows[column] ?? lowest, lowest);
      highs[column] = Math.max(highs[column] ?? lowest, high[bucket] ?? lowest);
      falls[column >> 1] = Math.min(falls[column >> 1] ?? 0, fall[bucket] ?? 0);
    }
  }
  return { low: lows, high: highs, falls };
}

/** A value in at most eight characters. */
function label(value: number): string {
  const text = Math.abs(value) >= 1000 ? integer(value) : price(value);
  return (text.length < labelWidth ? text : value.toExponential(1)).padStart(labelWidth);
}

/** A drawdown in at most eight characters. */
function depthLabel(worst: number): string {
  const text = percent(worst);
  return (text.length < labelWidth ? text : percent(worst, 0)).slice(0, labelWidth).padStart(labelWidth);
}

function dateOf(time: bigint, timeUnit: CurveOverview["timeUnit"]): string {
  const date = new Date(Number(timeUnit === "ns" ? time / 1_000_000n : time));
  return Number.isNaN(date.getTime()) ? String(time) : date.toISOString().slice(0, 10);
}

/** What a chart is of, and the screen that it fits. */
export interface CurveChartOptions {
  readonly screen: Screen;
  /** The account, in the title. Default: `Equity`. */
  readonly title?: string;
  /** The option whose file has the months of all years, if there is one. */
  readonly monthsIn?: string;
}

/**
 * The equity of an account as a line of braille characters with its highest and lowest value, its drawdown as a row of
 * blocks that grow with the depth, and its returns by month. If the highest value is more than 20 times the lowest, the
 * scale is logarithmic.
 */
export function curveChart(curve: CurveOverview, { screen, title = "Equity", monthsIn }: CurveChartOptions): string {
  const width = (screen.width ?? usualWidth) - labelWidth;
  const { low, high, falls } = columnsOf(curve, width);
  const least = low.reduce((a, b) => Math.min(a, b));
  const most = high.reduce((a, b) => Math.max(a, b));
  const isLog = least > 0 && most / least > 20;
  const lines = brailleLines({ low, high }, rows, isLog);
  const worst = falls.reduce((a, b) => Math.min(a, b), 0);
  const depth = (fall: number): string => blocks[worst < 0 ? Math.ceil((8 * fall) / worst) : 0] ?? " ";
  const labels = lines.map((_, row) => (row === 0 ? label(most) : row === rows - 1 ? label(least) : ""));
  const [from, to] = [dateOf(curve.first, curve.timeUnit), dateOf(curve.last, curve.timeUnit)];
  return [
    painted(`${title}${isLog ? " (logarithmic)" : ""} and drawdown:`, "heading", screen),
    ...lines.map((line, row) => `${line}${labels[row] ?? ""}`),
    `${painted(Array.from(falls, depth).join(""), "negative", screen)}${depthLabel(worst)}`,
    `${from}${to.padStart(Math.max(1, width - from.length))}`,
    ...monthLines(curve.monthlyReturns, { screen, allIn: monthsIn }),
  ].join("\n");
}
