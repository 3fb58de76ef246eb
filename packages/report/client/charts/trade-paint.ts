import type { TradeColumns } from "../../src/reading/trades.ts";
import { color } from "./palette.ts";
import type { Paint } from "./panel-content.ts";

/** Shades the time of each trade: long or short. */
export function paintHolding(trades: TradeColumns, shown: readonly number[], { context, x, top, height }: Paint): void {
  const colors = { long: color("held-long"), short: color("held-short") };
  for (const i of shown) {
    context.fillStyle = trades.direction[i] > 0 ? colors.long : colors.short;
    const from = x(trades.entryRow[i]);
    // Many positions share a pixel, so that each has its part of it.
    context.fillRect(from, top, x(trades.exitRow[i]) - from, height);
  }
}

/** A triangle at the entry, a circle at the exit, and a line between them: solid if won, dashed if lost. */
export function paintTrades(trades: TradeColumns, shown: readonly number[], { context, x, y, ratio }: Paint): void {
  const size = 5 * ratio;
  context.lineWidth = 1.2 * ratio;
  for (const i of shown) {
    const isWon = trades.profit[i] > 0;
    const [x0, x1] = [x(trades.entryRow[i]), x(trades.exitRow[i])];
    const [y0, y1] = [y(trades.entryPrice[i]), y(trades.exitPrice[i])];
    context.strokeStyle = color(isWon ? "up" : "down");
    context.setLineDash(isWon ? [] : [4 * ratio, 3 * ratio]);
    context.beginPath();
    context.moveTo(x0, y0);
    context.lineTo(x1, y1);
    context.stroke();
    context.setLineDash([]);
    const isLong = trades.direction[i] > 0;
    const tip = isLong ? -size : size;
    context.fillStyle = color(isLong ? "up" : "down");
    context.beginPath();
    context.moveTo(x0, y0 + tip);
    context.lineTo(x0 - size, y0 - tip);
    context.lineTo(x0 + size, y0 - tip);
    context.fill();
    if (trades.open[i] !== 0) continue;
    context.beginPath();
    context.arc(x1, y1, 0.8 * size, 0, 2 * Math.PI);
    context.fillStyle = color("panel");
    context.fill();
    context.stroke();
  }
}
