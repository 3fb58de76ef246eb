import { AtcError } from "@atc/contract";
import { type Feeds, feedOf } from "./candle-adapter.ts";
import { type CandleInterval, intervalMs, minuteMs } from "./candle-interval.ts";
import type { BacktestKitHost } from "./host.ts";
import { isoOf } from "./series-time.ts";

/** Options of {@link AtcPlugin.addFrames}. */
export interface FrameOptions {
  /** The name of the frame. With the policy `skip`, frames are named `<name>-1`, `<name>-2` and so on. */
  readonly frameName: string;
  /** Time between two ticks of the strategy. Default: `1m`. */
  readonly interval?: CandleInterval;
  /** The symbols to run. The frame stays within the bars of all of them. Default: all symbols of the plugin. */
  readonly symbols?: readonly string[];
  /** Earliest first tick in ms since the epoch. Default: the earliest that the bars allow. */
  readonly from?: number;
  /** Latest last tick in ms since the epoch. Default: the latest that the bars allow. */
  readonly to?: number;
  /** Minutes over which the host averages its price, its setting CC_AVG_PRICE_CANDLES_COUNT. Default: 5. */
  readonly averageMinutes?: number;
  /** With the policy `skip`: the fewest minutes of ticks for which a frame is created. Default: 60. */
  readonly minimumMinutes?: number;
}

/** A frame registered in the host. */
export interface RegisteredFrame {
  /** Its name in the host. */
  readonly frameName: string;
  /** The first tick in ms since the epoch. */
  readonly from: number;
  /** The last tick, inclusive, in ms since the epoch. */
  readonly to: number;
}

interface Range {
  readonly from: number;
  readonly to: number;
}

/** The intersection of two lists of disjoint ranges, both in ascending order. */
function intersect(a: readonly Range[], b: readonly Range[]): readonly Range[] {
  const both: Range[] = [];
  let i = 0;
  let j = 0;
  for (;;) {
    const left = a[i];
    const right = b[j];
    if (left === undefined || right === undefined) return both;
    const from = Math.max(left.from, right.from);
    const to = Math.min(left.to, right.to);
    if (from < to) both.push({ from, to });
    if (left.to < right.to) i++;
    else j++;
  }
}

/**
 * The ticks that a range of bars allows, so that the average before the first tick and the closing price after the last
 * come from existing bars.
 */
function ticksOf(range: Range, options: FrameOptions): Range {
  const { averageMinutes = 5, from = Number.NEGATIVE_INFINITY, to = Number.POSITIVE_INFINITY } = options;
  const first = Math.ceil(range.from / minuteMs) * minuteMs + averageMinutes * minuteMs;
  const last = Math.floor(range.to / minuteMs) * minuteMs - 2 * minuteMs;
  return {
    from: Math.max(first, Math.ceil(from / minuteMs) * minuteMs),
    to: Math.min(last, Math.floor(to / minuteMs) * minuteMs),
  };
}

/** Registers one frame, or if `split` is true, one for each range without a gap. */
export function registerFrames(
  host: BacktestKitHost,
  feeds: Feeds,
  split: boolean,
  options: FrameOptions,
): readonly RegisteredFrame[] {
  const { frameName, interval = "1m", symbols = [...feeds.keys()], minimumMinutes = 60 } = options;
  intervalMs(interval);
  if (symbols.length === 0) throw new AtcError("ATC_INVALID_ARGUMENT", "symbols is empty; name at least one symbol");
  const ranges = symbols
    .map((symbol): readonly Range[] => {
      const { spans } = feedOf(feeds, symbol).report;
      const whole = { from: spans[0]?.from ?? 0, to: spans.at(-1)?.to ?? 0 };
      return split ? spans : [whole];
    })
    .reduce(intersect);
  const least = split ? Math.max(0, minimumMinutes) * minuteMs : 0;
  const ticks = ranges
    .map((range) => ticksOf(range, options))
    .filter(({ from, to }) => to >= from && to - from >= least);
  if (ticks.length === 0)
    throw new AtcError(
      "ATC_INVALID_DATA",
      `no run of bars that ${symbols.length === 1 ? `"${symbols[0]}" has` : `all ${symbols.length} symbols share`} is long enough for the frame "${frameName}"; give a wider range, fewer symbols${split ? " or a smaller minimumMinutes" : ""}`,
      { details: { frameName, stretches: ranges.length } },
    );
  return ticks.map((range, index) => {
    const name = split ? `${frameName}-${index + 1}` : frameName;
    const note = `${symbols.length} symbols, ${isoOf(range.from)} to ${isoOf(range.to)}`;
    host.addFrameSchema({
      frameName: name,
      note,
      interval,
      startDate: new Date(range.from),
      endDate: new Date(range.to),
    });
    return { frameName: name, ...range };
  });
}
