import { heatSteps } from "../../src/view/heat-step.ts";
import type { LineFilter } from "../../src/view/line-filter.ts";
import { color } from "../charts/palette.ts";
import type { Lines } from "./line-axes.ts";

/** The height of the picture, in pixels. */
export const linesHeight = 320;
const [left, right, top, bottom] = [14, 60, 26, 12];
/** Up to so many lines have their full colour. */
const fullLines = 200;

/** Configurations as lines through their values, on axes side by side. */
export interface LinePicture {
  /** Draws all of it; the axis `focused` stands out. */
  draw(context: CanvasRenderingContext2D, width: number, focused: number | undefined): void;
  /** The axis that is nearest to a place across the picture, in pixels. */
  axisAt(across: number): number;
  /** The part of an axis, from 0 to 1, at a place down the picture, in pixels. */
  partAt(down: number): number;
}

/** Creates the picture of lines. Those that the filter does not accept are faint. */
export function createLinePicture({ axes, parts, steps }: Lines, filter: LineFilter): LinePicture {
  const colors = { up: "", down: "", net: "" };
  let width = 0;

  const x = (axis: number): number => left + (axis / Math.max(1, axes.length - 1)) * (width - left - right);
  const y = (part: number): number => linesHeight - bottom - part * (linesHeight - top - bottom);

  function line(context: CanvasRenderingContext2D, row: readonly (number | undefined)[]): void {
    let isDown = false;
    for (const [axis, part] of row.entries()) {
      if (part === undefined) isDown = false;
      else if (isDown) context.lineTo(x(axis), y(part));
      else {
        context.moveTo(x(axis), y(part));
        isDown = true;
      }
    }
  }

  function drawLines(context: CanvasRenderingContext2D): void {
    // Many lines are paler, or else they are one area.
    const clear = Math.min(1, Math.sqrt(fullLines / parts.length));
    // The best ones come first, so they are drawn last, on top of the others.
    for (let i = parts.length - 1; i >= 0; i--) {
      const isChosen = filter.accepts(parts[i]);
      context.globalAlpha = isChosen ? clear * (0.15 + (0.55 * Math.abs(steps[i])) / heatSteps) : 0.03;
      context.strokeStyle = steps[i] < 0 ? colors.down : colors.up;
      context.beginPath();
      line(context, parts[i]);
      context.stroke();
    }
    context.globalAlpha = 1;
    context.lineWidth = 2.5;
    context.strokeStyle = colors.net;
    context.beginPath();
    line(context, parts[0] ?? []);
    context.stroke();
    context.lineWidth = 1;
  }

  /** Writes a text inside of the picture, on a ground that lines do not cross. */
  function write(
    context: CanvasRenderingContext2D,
    text: string,
    { across, down, style }: { readonly across: number; readonly down: number; readonly style: string },
  ): void {
    const size = context.measureText(text).width;
    const from = Math.max(2, Math.min(across, width - size - 2));
    context.globalAlpha = 0.8;
    context.fillStyle = color("panel");
    context.fillRect(from - 1, down - 10, size + 2, 13);
    context.globalAlpha = 1;
    context.fillStyle = color(style);
    context.fillText(text, from, down);
  }

  function drawAxes(context: CanvasRenderingContext2D, focused: number | undefined): void {
    const room = (width - left - right) / Math.max(1, axes.length - 1);
    for (const [axis, { name, ticks }] of axes.entries()) {
      const band = filter.band(axis);
      if (band !== undefined) {
        context.fillStyle = color("veil");
        context.fillRect(x(axis) - 8, y(band[1]), 16, Math.max(2, y(band[0]) - y(band[1])));
      }
      context.strokeStyle = color(axis === focused ? "ink" : "soft");
      context.beginPath();
      context.moveTo(x(axis), top);
      context.lineTo(x(axis), linesHeight - bottom);
      context.stroke();
      const letters = Math.max(3, Math.floor(room / 7));
      const title = name.length > letters ? `${name.slice(0, letters - 1)}\u2026` : name;
      write(context, title, { across: Math.max(2, x(axis) - 8), down: 14, style: "ink" });
      const most = Math.max(2, Math.floor((room - 10) / 6));
      for (const { text, part } of ticks)
        write(context, text.slice(0, most), { across: x(axis) + 5, down: y(part) + 4, style: "soft" });
    }
  }

  return {
    draw(context, given, focused) {
      width = given;
      for (const name of ["up", "down", "net"] as const) colors[name] = color(name);
      drawLines(context);
      drawAxes(context, focused);
    },
    axisAt(across) {
      const distances = axes.map((_, axis) => Math.abs(x(axis) - across));
      return distances.indexOf(Math.min(...distances));
    },
    partAt: (down) => Math.min(1, Math.max(0, (linesHeight - bottom - down) / (linesHeight - top - bottom))),
  };
}
