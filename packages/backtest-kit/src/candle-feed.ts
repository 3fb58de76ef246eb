import { AtcError, type Series } from "@atc/contract";
import type { CandleSpan, GapReport } from "./gap-report.ts";
import type { Candle } from "./host.ts";
import { isoOf } from "./series-time.ts";

/** Base bars per read. The scratch columns have this length, or that of one candle if that is more. */
const slotsPerRead = 4096;

export interface CandleFeed {
  /** The result of the preflight. */
  readonly report: GapReport;
  /**
   * Returns `limit` candles of `stepMs` from the one that opens at `since`. Missing bars repeat the close before them,
   * with volume 0. This includes bars after the last: the host reads up to 1,000 minutes past the end of a frame,
   * without trading on them.
   *
   * @throws ATC_NOT_FOUND if `since` is before the first bar or after the last
   */
  candles(since: number, limit: number, stepMs: number): Candle[];
}

/** The index of the last span that begins at or before `time`, or -1. */
function spanAt(spans: readonly CandleSpan[], time: number): number {
  let low = 0;
  let high = spans.length;
  while (low < high) {
    const middle = (low + high) >>> 1;
    if (spans[middle].from <= time) low = middle + 1;
    else high = middle;
  }
  return low - 1;
}

interface Slots {
  readonly open: Float64Array;
  readonly high: Float64Array;
  readonly low: Float64Array;
  readonly close: Float64Array;
  readonly volume: Float64Array;
}

function allocateSlots(length: number): Slots {
  const column = (): Float64Array => new Float64Array(length);
  return { open: column(), high: column(), low: column(), close: column(), volume: column() };
}

function aggregate(slots: Slots, from: number, to: number, timestamp: number): Candle {
  let high = slots.high[from];
  let low = slots.low[from];
  let volume = slots.volume[from];
  for (let i = from + 1; i < to; i++) {
    const h = slots.high[i];
    const l = slots.low[i];
    if (h > high) high = h;
    if (l < low) low = l;
    volume += slots.volume[i];
  }
  return { timestamp, open: slots.open[from], high, low, close: slots.close[to - 1], volume };
}

/** Reads base bars from `time` into slots 0 to `count`; `time` must not be before the first bar. */
function createReader(series: Series, report: GapReport): (slots: Slots, time: number, count: number) => void {
  const { spans, intervalMs } = report;
  const columns = (["open", "high", "low", "close", "volume"] as const).filter((name) =>
    series.columns.some((column) => column.name === name),
  );

  function copy(slots: Slots, at: number, row: number, count: number): void {
    for (const name of columns) {
      const values = series.window(name, row, count);
      const slot = slots[name];
      for (let i = 0; i < count; i++) slot[at + i] = values[i];
    }
    if (!columns.includes("volume")) slots.volume.fill(0, at, at + count);
  }

  function fill(slots: Slots, at: number, count: number, row: number): void {
    const close = series.window("close", row, 1)[0];
    for (const name of ["open", "high", "low", "close"] as const) slots[name].fill(close, at, at + count);
    slots.volume.fill(0, at, at + count);
  }

  return (slots, time, count) => {
    let at = 0;
    let index = spanAt(spans, time);
    while (at < count) {
      const span = spans[index];
      const offset = (time - span.from) / intervalMs + at;
      if (offset < span.bars) {
        const bars = Math.min(span.bars - offset, count - at);
        copy(slots, at, span.row + offset, bars);
        at += bars;
        continue;
      }
      const next = spans[index + 1];
      const missing = next === undefined ? count - at : Math.min((next.from - time) / intervalMs - at, count - at);
      fill(slots, at, missing, span.row + span.bars - 1);
      at += missing;
      index++;
    }
  };
}

/** Serves bars that passed a preflight. */
export function createFeed(series: Series, report: GapReport): CandleFeed {
  const read = createReader(series, report);
  const first = report.spans[0]?.from ?? Number.POSITIVE_INFINITY;
  const end = report.spans.at(-1)?.to ?? Number.NEGATIVE_INFINITY;
  let slots = allocateSlots(0);
  return {
    report,
    candles(since, limit, stepMs) {
      if (!(since >= first && since < end))
        throw new AtcError(
          "ATC_NOT_FOUND",
          `symbol "${report.symbol}" has no bar at ${isoOf(since)}; its bars are from ${isoOf(first)} to ${isoOf(end)}; use a frame from addFrames`,
          { details: { symbol: report.symbol, since } },
        );
      const ratio = stepMs / report.intervalMs;
      const perRead = Math.max(1, Math.floor(slotsPerRead / ratio));
      if (slots.close.length < perRead * ratio) slots = allocateSlots(perRead * ratio);
      const candles: Candle[] = [];
      while (candles.length < limit) {
        const time = since + candles.length * stepMs;
        const count = Math.min(perRead, limit - candles.length);
        read(slots, time, count * ratio);
        for (let k = 0; k < count; k++) candles.push(aggregate(slots, k * ratio, (k + 1) * ratio, time + k * stepMs));
      }
      return candles;
    },
  };
}
