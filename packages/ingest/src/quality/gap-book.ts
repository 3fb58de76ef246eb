import { isoTime } from "../base/iso-time.ts";
import { addGap, type GapTally, gapTally, gapWidth, type SeriesGaps } from "./gap-finder.ts";
import type { Gaps, SeriesQuality } from "./ingest-report.ts";
import type { CheckedSeries } from "./series-quality.ts";

/**
 * Different breaks that are compared. Thousands of symbols with missing minutes of their own would need a gigabyte.
 * With more, nothing is compared, so that the order of the series does not matter.
 */
const mostBreaks = 131_072;

/** A series whose gaps are in the book. */
export interface BookedSeries {
  /** Its `gaps` are empty. */
  readonly quality: SeriesQuality;
  /** The numbers of its breaks in the book. */
  readonly breaks: Int32Array;
  readonly rest: SeriesGaps["rest"];
  /** All breaks of the rhythm, if nothing is compared. */
  readonly all: GapTally;
}

/**
 * Compares the breaks of all series of a dataset. Equal breaks of many symbols, such as holidays, are stored once: they
 * take four bytes per symbol.
 */
export interface GapBook {
  add(series: CheckedSeries): BookedSeries;
  /** The quality of all series that were added, in this order, with their gaps. */
  qualities(series: readonly BookedSeries[]): readonly SeriesQuality[];
}

/** What the breaks of one group of series have in common. */
interface Group {
  readonly breaks: number[];
  readonly firsts: number[];
  readonly lasts: number[];
}

export function createGapBook(): GapBook {
  /** Per break: the numbers of a gap, then its group. */
  const values: number[] = [];
  const rowWidth = gapWidth + 1;
  /** Symbols per break. */
  const counts: number[] = [];
  /** Per break: the next one with the same first time; -1 at the end. */
  const nexts: number[] = [];
  const heads = new Map<number, number>();
  const groups: Group[] = [];
  const groupNumbers = new Map<string, number>();
  let isFull = false;

  function groupOf({ interval, hasWeekends, first, last }: SeriesGaps): number {
    const name = `${interval}, ${hasWeekends}`;
    const number = groupNumbers.get(name) ?? groups.length;
    if (number === groups.length) {
      groupNumbers.set(name, number);
      groups.push({ breaks: [], firsts: [], lasts: [] });
    }
    groups[number].firsts.push(first);
    groups[number].lasts.push(last);
    return number;
  }

  function numberOf(gaps: Float64Array, at: number, group: number): number {
    const head = heads.get(gaps[at]) ?? -1;
    for (let b = head; b >= 0; b = nexts[b]) {
      let c = 1;
      while (c < gapWidth && values[rowWidth * b + c] === gaps[at + c]) c++;
      if (c < gapWidth || values[rowWidth * b + gapWidth] !== group) continue;
      counts[b]++;
      return b;
    }
    const number = counts.length;
    for (let c = 0; c < gapWidth; c++) values.push(gaps[at + c]);
    values.push(group);
    counts.push(1);
    nexts.push(head);
    heads.set(gaps[at], number);
    groups[group].breaks.push(number);
    return number;
  }

  /** Per break: whether it is a gap, is shared by other symbols, or is nothing. */
  function outcomes(): readonly Outcome[] {
    const found: Outcome[] = new Array<Outcome>(counts.length);
    for (const group of groups) {
      const { breaks } = group;
      const column = (c: number): number[] => breaks.map((b) => values[rowWidth * b + c]);
      const spans = { from: column(0), to: column(1), missingFrom: column(2), missingTo: column(3) };
      const own = breaks.map((b) => counts[b]);
      const sharing = weightsAround(spans, own);
      const firsts = Float64Array.from(group.firsts).sort();
      const lasts = Float64Array.from(group.lasts).sort();
      for (const [i, b] of breaks.entries()) {
        const begun = countUpTo(firsts, spans.from[i]);
        const ended = countUpTo(lasts, spans.to[i], true);
        const others = Math.max(begun - ended, sharing[i]) - 1;
        const shared = sharing[i] - 1;
        const isCertain = values[rowWidth * b + 4] === 1;
        if (others > 0 && 2 * shared >= others) found[b] = isCertain ? "shared" : "none";
        else found[b] = isCertain || others > 0 ? "gap" : "none";
      }
    }
    return found;
  }

  return {
    add({ quality, gaps }) {
      const { rest } = gaps;
      const group = groupOf(gaps);
      const all = copyOf(rest);
      for (let at = 0; at < gaps.gaps.length; at += gapWidth)
        if (gaps.gaps[at + 4] === 1) addGap(all, gaps.gaps[at], gaps.gaps[at + 1]);
      const breaks = new Int32Array(isFull ? 0 : gaps.gaps.length / gapWidth);
      for (let b = 0; b < breaks.length; b++) breaks[b] = numberOf(gaps.gaps, gapWidth * b, group);
      if (counts.length > mostBreaks) {
        isFull = true;
        values.length = 0;
        counts.length = 0;
        nexts.length = 0;
        heads.clear();
        groups.length = 0;
        groupNumbers.clear();
      }
      return { quality, breaks, rest, all };
    },
    qualities(series) {
      if (isFull) return series.map(({ quality, all }) => ({ ...quality, gaps: gapsOf(all, 0) }));
      const found = outcomes();
      return series.map(({ quality, breaks, rest }) => {
        const tally = copyOf(rest);
        let shared = 0;
        for (const b of breaks) {
          if (found[b] === "shared") shared++;
          else if (found[b] === "gap") addGap(tally, values[rowWidth * b], values[rowWidth * b + 1]);
        }
        return { ...quality, gaps: gapsOf(tally, shared) };
      });
    },
  };
}

function copyOf(tally: GapTally | undefined): GapTally {
  return tally === undefined ? gapTally() : { ...tally, longest: [...tally.longest] };
}

type Outcome = "gap" | "shared" | "none";

function gapsOf({ count, withinDay, longest }: GapTally, shared: number): Gaps {
  // The tally begins with the latest gaps: equally long ones are listed in order of time all the same.
  const places = [...longest].sort((a, b) => b.to - b.from - (a.to - a.from) || a.from - b.from);
  return {
    count,
    shared,
    withinDay,
    longest: places.map(({ from, to }) => ({ after: isoTime(BigInt(from), 1), ms: to - from })),
  };
}

interface Spans {
  readonly from: readonly number[];
  readonly to: readonly number[];
  readonly missingFrom: readonly number[];
  readonly missingTo: readonly number[];
}

/** Per span: the weight of all spans that contain its missing times, its own included. */
function weightsAround(spans: Spans, weights: readonly number[]): Float64Array {
  const length = weights.length;
  const sums = new Float64Array(length);
  const ends = Float64Array.from(spans.to).sort();
  const tree = new Float64Array(length + 1);
  const indices = Array.from({ length }, (_, i) => i);
  const byFrom = [...indices].sort((a, b) => spans.from[a] - spans.from[b]);
  const byMissing = indices.sort((a, b) => spans.missingFrom[a] - spans.missingFrom[b]);
  let all = 0;
  let added = 0;
  for (const i of byMissing) {
    for (; added < length && spans.from[byFrom[added]] <= spans.missingFrom[i]; added++) {
      const span = byFrom[added];
      all += weights[span];
      for (let t = countUpTo(ends, spans.to[span], true) + 1; t <= length; t += t & -t) tree[t] += weights[span];
    }
    let before = 0;
    for (let t = countUpTo(ends, spans.missingTo[i], true); t > 0; t -= t & -t) before += tree[t];
    sums[i] = all - before;
  }
  return sums;
}

/** The number of sorted values up to a value, or below it. */
function countUpTo(sorted: Float64Array, value: number, isBelow = false): number {
  let from = 0;
  let to = sorted.length;
  while (from < to) {
    const middle = (from + to) >> 1;
    if (isBelow ? sorted[middle] < value : sorted[middle] <= value) from = middle + 1;
    else to = middle;
  }
  return from;
}
