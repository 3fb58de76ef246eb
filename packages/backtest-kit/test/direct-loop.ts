import { compute } from "@atc/signals";
import type { Bars } from "./bars.ts";
import { minuteMs } from "./bars.ts";
import type { FakeTrade } from "./fake-host.ts";

/** Every minute from the first bar to the last; a missing one repeats the close before it, with volume 0. */
export function everyMinute(bars: Bars): Bars {
  const full: Bars = { timestamp: [], open: [], high: [], low: [], close: [], volume: [] };
  const push = (time: number, o: number, h: number, l: number, c: number, v: number): void => {
    full.timestamp.push(time);
    full.open.push(o);
    full.high.push(h);
    full.low.push(l);
    full.close.push(c);
    full.volume.push(v);
  };
  const at = (column: readonly number[], i: number): number => column[i] as number;
  for (let i = 0; i < bars.timestamp.length; i++) {
    const close = full.close.at(-1) ?? Number.NaN;
    const next = (full.timestamp.at(-1) ?? Number.POSITIVE_INFINITY) + minuteMs;
    for (let time = next; time < at(bars.timestamp, i); time += minuteMs) push(time, close, close, close, close, 0);
    const { timestamp, open, high, low, close: closes, volume } = bars;
    push(at(timestamp, i), at(open, i), at(high, i), at(low, i), at(closes, i), at(volume, i));
  }
  return full;
}

/** The direction at each bar of `stepMs` that contains a price, by its closing time. */
function directions(bars: Bars, stepMs: number): Map<number, number> {
  const closes = new Map<number, number>();
  for (const [i, time] of bars.timestamp.entries())
    closes.set((Math.floor(time / stepMs) + 1) * stepMs, bars.close[i] as number);
  const { direction } = compute({ close: Float64Array.from(closes.values()) }, {}, { outputs: ["direction"] }).columns;
  return new Map([...closes.keys()].map((time, i) => [time, direction[i] as number]));
}

/**
 * The trades of a strategy that follows the direction: a plain loop over minutes, without host or plugin. It assumes
 * that no target or stop is reached.
 */
export function directTrades(bars: Bars, stepMs: number): FakeTrade[] {
  const full = everyMinute(bars);
  const known = directions(bars, stepMs);
  const average = (last: number): number => {
    const rows = [last - 4, last - 3, last - 2, last - 1, last];
    const of = (column: readonly number[], row: number): number => column[row] as number;
    const volume = rows.reduce((sum, row) => sum + of(full.volume, row), 0);
    if (volume === 0) return rows.reduce((sum, row) => sum + of(full.close, row), 0) / 5;
    const typical = (row: number): number => (of(full.high, row) + of(full.low, row) + of(full.close, row)) / 3;
    return rows.reduce((sum, row) => sum + typical(row) * of(full.volume, row), 0) / volume;
  };
  const trades: FakeTrade[] = [];
  const last = full.timestamp.length - 1;
  let open: { position: "long" | "short"; openTime: number; priceOpen: number } | undefined;
  let closing = false;
  let now = 0;
  let asked = Number.NaN;
  let free = 0;
  for (const time of known.keys()) if (time <= (full.timestamp[0] as number) + 5 * minuteMs) now = known.get(time) ?? 0;
  for (let i = 5; i <= last; i++) {
    const time = full.timestamp[i] as number;
    now = known.get(time) ?? now;
    // Frames end one minute before the last bar, whose price closes any open position.
    if (open !== undefined && (closing || i === last)) {
      const closeReason = i === last ? ("time_expired" as const) : ("closed" as const);
      trades.push({ action: "closed", ...open, closeTime: time, priceClose: average(i), closeReason });
      [open, closing, free] = [undefined, false, i + 1];
      continue;
    }
    if (open !== undefined) closing = (open.position === "long") !== now > 0;
    const slot = Math.floor(time / stepMs);
    if (open !== undefined || i < free || i === last || slot === asked) continue;
    asked = slot;
    if (now === 0) continue;
    open = { position: now > 0 ? "long" : "short", openTime: time, priceOpen: average(i - 1) };
    // The host replays the opening minute too.
    closing = false;
  }
  return trades;
}
