import { AtcError, type PriceColumns, type Series, type SignalConfig } from "@atc/contract";
import { createStream } from "@atc/signals";
import type { GapReport } from "./gap-report.ts";
import { timeOf } from "./series-time.ts";

/** -1 for short, 0 before the first decision, +1 for long. */
export type Direction = -1 | 0 | 1;

/** The ATC direction of one symbol on bars of one interval. */
export interface DirectionTrack {
  /** The direction at the last bar that closed at or before `time` (ms); 0 before the first. */
  directionAt(time: number): Direction;
  /** The closing time in ms of the bar at which the direction at `time` began; undefined if the direction is 0. */
  since(time: number): number | undefined;
}

interface Bars {
  readonly closeTimes: Float64Array;
  readonly open: Float64Array;
  readonly high: Float64Array;
  readonly low: Float64Array;
  readonly close: Float64Array;
}

/** The number of bars of `stepMs` that contain at least one bar of the series. */
function countBars(report: GapReport, stepMs: number): number {
  let count = 0;
  let last = Number.NaN;
  for (const span of report.spans) {
    const first = Math.floor(span.from / stepMs);
    const end = Math.floor((span.to - 1) / stepMs);
    count += end - first + (first === last ? 0 : 1);
    last = end;
  }
  return count;
}

function aggregateBars(series: Series, report: GapReport, stepMs: number, source: string): Bars {
  const length = countBars(report, stepMs);
  const column = (): Float64Array => new Float64Array(length);
  const bars: Bars = { closeTimes: column(), open: column(), high: column(), low: column(), close: column() };
  const first = report.spans[0];
  const last = report.spans.at(-1);
  if (first === undefined || last === undefined) return bars;
  const columns = [...new Set(["timestamp", "close", source])];
  let bar = -1;
  let bucket = Number.NaN;
  for (const block of series.blocks({ columns, from: first.row, to: last.row + last.bars })) {
    const words = block.timeWords();
    const close = block.values("close");
    const values = block.values(source);
    for (let i = 0; i < block.length; i++) {
      const now = Math.floor(timeOf(words, i) / stepMs);
      const value = values[i];
      if (now !== bucket) {
        bucket = now;
        bar++;
        bars.closeTimes[bar] = (now + 1) * stepMs;
        bars.open[bar] = value;
        bars.high[bar] = value;
        bars.low[bar] = value;
      } else {
        if (value > bars.high[bar]) bars.high[bar] = value;
        if (value < bars.low[bar]) bars.low[bar] = value;
      }
      bars.close[bar] = close[i];
    }
  }
  return bars;
}

/** The index of the last close time at or before `time`, or -1. */
function barAt(closeTimes: Float64Array, time: number): number {
  let low = 0;
  let high = closeTimes.length;
  while (low < high) {
    const middle = (low + high) >>> 1;
    if (closeTimes[middle] <= time) low = middle + 1;
    else high = middle;
  }
  return low - 1;
}

/** Throws ATC_INVALID_CONFIG if the cutout leaves no bar; the host would run without a single trade. */
export function checkCutout(report: GapReport, stepMs: number, cutout: number): void {
  const bars = countBars(report, stepMs);
  if (bars > cutout) return;
  throw new AtcError(
    "ATC_INVALID_CONFIG",
    `symbol "${report.symbol}" has ${bars} bars of ${stepMs} ms, all within the cutout of "${cutout}" bars; set a smaller cutout or a shorter interval`,
    { details: { symbol: report.symbol, bars, cutout } },
  );
}

/**
 * Computes the direction of every bar. Bars without a price in the series are skipped, so nights and filled gaps
 * neither move the averages nor vote; the direction before them continues.
 */
export function trackDirection(
  series: Series,
  report: GapReport,
  stepMs: number,
  config: SignalConfig,
): DirectionTrack {
  const source = config.calculationSource;
  const bars = aggregateBars(series, report, stepMs, source);
  const { closeTimes } = bars;
  const direction = new Int8Array(closeTimes.length);
  const prices: PriceColumns =
    source === "close" ? { close: bars.close } : { close: bars.close, [source]: bars[source] };
  using stream = createStream(config, { outputs: ["direction"] });
  stream.pushInto(prices, { direction });
  return {
    directionAt(time) {
      const bar = barAt(closeTimes, time);
      return bar < 0 ? 0 : (direction[bar] as Direction);
    },
    since(time) {
      let bar = barAt(closeTimes, time);
      const now = bar < 0 ? 0 : direction[bar];
      if (now === 0) return undefined;
      while (bar > 0 && direction[bar - 1] === now) bar--;
      return closeTimes[bar];
    },
  };
}
