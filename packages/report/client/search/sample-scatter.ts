import { decimalText } from "../../src/text/number-text.ts";
import { rangeOf } from "../../src/view/heat-step.ts";
import { linearTicks, tickDigits } from "../../src/view/ticks.ts";
import { color } from "../charts/palette.ts";
import { addMark } from "../charts/point-marks.ts";
import { figureCanvas } from "./figure-canvas.ts";

const height = 260;
const [left, right, top, bottom] = [10, 52, 10, 34];

/** Points in and out of sample. */
export interface SamplePoints {
  readonly inSample: readonly number[];
  readonly outOfSample: readonly number[];
  /** The least-squares line. */
  readonly line?: { readonly slope: number; readonly intercept: number } | undefined;
  /** What the points are, for screen readers. */
  readonly name: string;
}

/** Both bounds, with some room, and 0 if it is near. */
function bounds(values: readonly number[]): readonly [number, number] {
  const [low, high] = rangeOf(values) ?? [0, 1];
  const room = 0.05 * (high - low) || 0.05 * Math.abs(high) || 0.5;
  return [Math.min(low - room, low > 0 && low < high - low ? 0 : low - room), high + room];
}

/** Draws points in sample (across) against out of sample (upwards), with the line of equal values. */
export function createSampleScatter(figure: HTMLElement, points: SamplePoints): (width?: number) => void {
  const { inSample, outOfSample, line, name } = points;
  const place = figure.querySelector<HTMLElement>(".plot") ?? figure;
  const { canvas, start } = figureCanvas(place, "scatter");
  const below = outOfSample.filter((value) => value < 0).length;
  canvas.setAttribute(
    "aria-label",
    `${name}: ${decimalText(inSample.length)} points, ${decimalText(below)} of them below 0 out of sample. Across: in sample. Upwards: out of sample.`,
  );
  const [xLow, xHigh] = bounds(inSample);
  const [yLow, yHigh] = bounds(outOfSample);
  return (given) => {
    const started = start(height, given);
    if (started === undefined) return;
    const { context, width } = started;
    const x = (value: number): number => left + ((value - xLow) / (xHigh - xLow)) * (width - left - right);
    const y = (value: number): number => height - bottom - ((value - yLow) / (yHigh - yLow)) * (height - bottom - top);
    const path = (style: string, dash: readonly number[], draw: () => void): void => {
      context.strokeStyle = color(style);
      context.setLineDash([...dash]);
      context.beginPath();
      draw();
      context.stroke();
    };
    context.fillStyle = color("soft");
    path("grid", [], () => {
      context.textAlign = "center";
      const across = linearTicks(xLow, xHigh, width / 110);
      for (const tick of across) {
        context.moveTo(x(tick), top);
        context.lineTo(x(tick), height - bottom);
        if (x(tick) > 20) context.fillText(decimalText(tick, tickDigits(across, 1)), x(tick), height - bottom + 14);
      }
      context.textAlign = "left";
      const upwards = linearTicks(yLow, yHigh, 5);
      for (const tick of upwards) {
        context.moveTo(left, y(tick));
        context.lineTo(width - right, y(tick));
        context.fillText(decimalText(tick, tickDigits(upwards, 1)), width - right + 6, y(tick) + 4);
      }
    });
    context.fillText("in sample \u2192, out of sample \u2191, dashed: equal", left, height - 6);
    context.save();
    context.beginPath();
    context.rect(left, top, width - left - right, height - top - bottom);
    context.clip();
    if (yLow < 0 && yHigh > 0)
      path("soft", [], () => {
        context.moveTo(left, y(0));
        context.lineTo(width - right, y(0));
      });
    path("soft", [5, 4], () => {
      context.moveTo(x(xLow), y(xLow));
      context.lineTo(x(xHigh), y(xHigh));
    });
    for (const isAbove of [false, true])
      path(isAbove ? "up" : "down", [], () => {
        for (const [i, value] of outOfSample.entries()) {
          if (value >= 0 !== isAbove) continue;
          const [px, py] = [x(inSample[i]), y(value)];
          addMark(context, px, py, isAbove);
        }
      });
    if (line !== undefined) {
      context.lineWidth = 2;
      path("net", [], () => {
        context.moveTo(x(xLow), y(line.intercept + line.slope * xLow));
        context.lineTo(x(xHigh), y(line.intercept + line.slope * xHigh));
      });
    }
    context.restore();
  };
}
