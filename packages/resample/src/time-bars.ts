import { borderCheck } from "./bar-border.ts";
import type { BarCalendar, BarInterval } from "./bar-calendar.ts";
import type { BarRun } from "./bar-run.ts";
import type { BarSink } from "./bar-sink.ts";
import type { ResolvedResample } from "./resample-options.ts";
import type { RowBlock } from "./row-block.ts";

/** Filling intervals without rows. */
interface Gaps {
  readonly calendar: BarCalendar;
  readonly timeOf: (interval: BarInterval) => number;
  readonly sink: BarSink;
  /** Bars filled so far. */
  bars: number;
}

/** Filled bars between two yields. */
const barsPerPause = 16_384;

/** The smallest time between two rows of a block, in ms; NaN if all have the same time. */
function smallestSpacing({ length, times }: RowBlock): number {
  let smallest = Number.POSITIVE_INFINITY;
  for (let i = 1; i < length; i++) {
    const spacing = times[i] - times[i - 1];
    if (spacing > 0 && spacing < smallest) smallest = spacing;
  }
  return smallest === Number.POSITIVE_INFINITY ? Number.NaN : smallest;
}

/** Adds rows to time bars. Yields when the sink is full, after each block, and regularly while it fills gaps. */
export function* timeBars(
  blocks: Iterable<RowBlock>,
  calendar: BarCalendar,
  { kind, options, rowMs, sink, tally }: BarRun,
): Generator<void, void> {
  const timeOf = timeLabel(options);
  const crosses = borderCheck(calendar, options, rowMs);
  const gaps: Gaps = { calendar, timeOf, sink, bars: 0 };
  let current: BarInterval | undefined;
  let until = Number.NEGATIVE_INFINITY;
  let isOpen = false;
  let spacing = Number.NaN;
  let lastTime = Number.NaN;
  /** Of any row, also outside of sessions. */
  let previous = Number.NaN;
  /** The time of rows at the edge of a session, if they are outside of it. */
  let edge = Number.NaN;
  let rows = 0;
  for (const block of blocks) {
    const { length, times, values } = block;
    if (!(spacing > 0)) spacing = smallestSpacing(block);
    for (let i = 0; i < length; ) {
      const time = times[i];
      if (!(time < until)) {
        const next = calendar.interval(time);
        if (crosses(previous, time, isOpen ? current : undefined, next)) tally.crossing++;
        ({ until, isOpen } = next);
        if (!isOpen) edge = options.stamps === "end" ? next.until - 1 : next.start;
        if (isOpen && next.start !== current?.start) {
          if (current !== undefined) {
            if (sink.isFull()) yield;
            sink.end(timeOf(current));
            if (options.fill === "previous") yield* fillBetween(current, next, gaps);
          }
          current = next;
          rows = 0;
        }
      }
      const end = rowsUntil(times, i + 1, length, until);
      if (isOpen) {
        sink.take(values, i, end);
        rows += end - i;
        lastTime = times[end - 1];
      } else {
        tally.outside += end - i;
        tally.atEdge += rowsAt(times, i, end, edge);
      }
      previous = times[end - 1];
      i = end;
    }
    yield;
  }
  if (current === undefined) return;
  const isFilled = kind === "bars" && lastTime + spacing >= current.end;
  if (sink.isFull()) yield;
  if (isFilled || options.partial === "keep") sink.end(timeOf(current));
  else {
    sink.drop();
    tally.unfinished += rows;
  }
}

function timeLabel({ label }: ResolvedResample): (interval: BarInterval) => number {
  if (label === "date") return ({ date }) => date;
  return label === "end" ? ({ end }) => end : ({ start }) => start;
}

function rowsUntil(times: Float64Array, from: number, length: number, until: number): number {
  let i = from;
  while (i < length && times[i] < until) i++;
  return i;
}

function rowsAt(times: Float64Array, from: number, to: number, time: number): number {
  let count = 0;
  for (let i = from; i < to; i++) if (times[i] === time) count++;
  return count;
}

/** Fills the intervals without rows between two bars. */
function* fillBetween(before: BarInterval, next: BarInterval, gaps: Gaps): Generator<void, void> {
  const { calendar, timeOf, sink } = gaps;
  for (let time = before.end; time < next.start; ) {
    const interval = calendar.interval(time);
    time = interval.isOpen ? interval.end : interval.until;
    if (!interval.isOpen || interval.start >= next.start) continue;
    // Not only when the sink is full: one block of rows may have gaps of years.
    if (sink.isFull() || gaps.bars++ % barsPerPause === 0) yield;
    sink.endEmpty(timeOf(interval));
  }
}
