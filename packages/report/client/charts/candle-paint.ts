import type { CandleSpan, CandlesInView } from "../../src/reading/candle-levels.ts";
import { color } from "./palette.ts";
import type { Paint } from "./panel-content.ts";

/** Rising candles are hollow, so that colour alone does not say which is which. */
function paintSpan({ candles, from, to }: CandleSpan, { context, x, y, ratio }: Paint): void {
  const { size, rows } = candles;
  const half = Math.max(ratio / 2, 0.36 * (x(size) - x(0)));
  const isThin = half <= ratio;
  for (const isUp of [true, false]) {
    context.strokeStyle = context.fillStyle = color(isUp ? "up" : "down");
    context.lineWidth = ratio;
    context.beginPath();
    for (let i = from; i < to; i++) {
      if (candles.close[i] >= candles.open[i] !== isUp) continue;
      const middle = x(rows[i] + (size - 1) / 2);
      const [high, low] = [y(candles.high[i]), y(candles.low[i])];
      if (isThin) {
        context.moveTo(middle, high);
        context.lineTo(middle, Math.max(low, high + ratio));
        continue;
      }
      const [open, close] = [y(candles.open[i]), y(candles.close[i])];
      const top = Math.min(open, close);
      const bottom = Math.max(open, close, top + ratio);
      context.moveTo(middle, high);
      context.lineTo(middle, top);
      context.moveTo(middle, bottom);
      context.lineTo(middle, low);
      if (isUp) context.rect(middle - half, top, 2 * half, bottom - top);
      else context.fillRect(middle - half, top, 2 * half, bottom - top);
    }
    context.stroke();
  }
}

/** Candles of many bars between finer ones: a pale box from the lowest to the highest, and a line from open to close. */
function paintGaps({ gaps, coarse }: CandlesInView, { context, x, y, ratio }: Paint): void {
  context.fillStyle = color("veil");
  context.strokeStyle = color("soft");
  context.lineWidth = ratio;
  context.beginPath();
  for (const i of gaps) {
    const [from, to] = [x(coarse.rows[i] - 0.5), x(coarse.rows[i] + coarse.size - 0.5)];
    const high = y(coarse.high[i]);
    context.fillRect(from, high, to - from, Math.max(ratio, y(coarse.low[i]) - high));
    context.moveTo(from, y(coarse.open[i]));
    context.lineTo(to, y(coarse.close[i]));
  }
  context.stroke();
}

/** Paints the candles in view. */
export function paintCandles(shown: CandlesInView, paint: Paint): void {
  paintGaps(shown, paint);
  paintSpan(shown.span, paint);
}
