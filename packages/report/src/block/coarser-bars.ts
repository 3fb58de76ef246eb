import type { CollectedBars } from "./collect-bars.ts";
import { coarserSignal } from "./collect-signal.ts";

/** Candles of twice as many rows. */
export function coarserBars(bars: CollectedBars): CollectedBars {
  const { length } = bars.rows;
  const room = (): Float64Array => new Float64Array(length);
  const [rows, open, high, low, close] = [room(), room(), room(), room(), room()];
  let candles = 0;
  for (let i = 0; i < length; i++) {
    const bucket = Math.floor(bars.rows[i] / 2);
    if (candles === 0 || rows[candles - 1] !== bucket) {
      rows[candles] = bucket;
      open[candles] = bars.open[i];
      high[candles] = bars.high[i];
      low[candles] = bars.low[i];
      candles++;
    }
    const place = candles - 1;
    if (bars.high[i] > high[place]) high[place] = bars.high[i];
    if (bars.low[i] < low[place]) low[place] = bars.low[i];
    close[place] = bars.close[i];
  }
  const part = (values: Float64Array): Float64Array => values.slice(0, candles);
  return {
    ...bars,
    bits: bars.bits + 1,
    rows: part(rows),
    open: part(open),
    high: part(high),
    low: part(low),
    close: part(close),
    signal: bars.signal && coarserSignal(bars.signal, bars.rows, 1),
  };
}
