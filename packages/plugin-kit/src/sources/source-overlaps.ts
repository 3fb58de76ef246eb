import type { ColumnChunk, RowKind, SourceOverlap } from "@atc/contract";

/**
 * Finds rows of one symbol and time that several files share. Its memory grows with the number of irregular time
 * steps, not with the number of rows.
 */
export interface OverlapFinder {
  /** Adds rows of file `part`, from 0. Files must come one after another. */
  add(part: number, chunk: ColumnChunk): void;
  /**
   * The pairs of files whose times overlap for a symbol, most rows first, at most 100. `names` are the files' names.
   */
  overlaps(names: readonly string[]): readonly SourceOverlap[];
}

/** The times of a symbol in one file. */
interface Times {
  readonly part: number;
  /** The first and last time, in ms. */
  from: number;
  to: number;
  /** Runs of equal steps: start, step and count of each, in order of appearance. */
  readonly runs: number[];
}

/** Maximum number of runs: 50 MB. */
const mostRuns = 2 ** 21;
const mostPairs = 100;
const word = 2 ** 32;

/**
 * Creates a finder for rows of one kind. Ticks may share a time, so their overlaps are reported as spans of time
 * without a count.
 */
export function overlapFinder(kind: RowKind): OverlapFinder {
  const series: Times[][] = [];
  let isCounting = kind === "bars";
  let runs = 0;
  const timesOf = (symbol: number, part: number): Times => {
    const all = series[symbol] ?? [];
    series[symbol] = all;
    const last = all.at(-1);
    if (last?.part === part) return last;
    const times: Times = { part, from: Number.POSITIVE_INFINITY, to: Number.NEGATIVE_INFINITY, runs: [] };
    all.push(times);
    return times;
  };
  const giveUpCounting = (): void => {
    isCounting = false;
    for (const all of series) for (const { runs: own } of all ?? []) own.length = 0;
  };
  return {
    add: (part, { length, symbol: { indices }, columns }) => {
      const times = columns["timestamp"] as BigInt64Array;
      const halves = new Int32Array(times.buffer, times.byteOffset, 2 * length);
      for (let row = 0; row < length; row++) {
        const raw = halves[2 * row + 1] * word + (halves[2 * row] >>> 0);
        const time = kind === "ticks" ? Math.floor(raw / 1e6) : raw;
        const own = timesOf(indices[row], part);
        if (time < own.from) own.from = time;
        if (time > own.to) own.to = time;
        if (isCounting && extend(own.runs, time) && ++runs > mostRuns) giveUpCounting();
      }
    },
    overlaps: (names) => pairsOf(series, names, isCounting),
  };
}

/** Adds a time to the last run, or starts a new one. Returns whether it started one. */
function extend(runs: number[], time: number): boolean {
  const at = runs.length - 3;
  if (at >= 0) {
    const start = runs[at];
    const step = runs[at + 1];
    const count = runs[at + 2];
    if (count === 1 && time !== start) {
      runs[at + 1] = time - start;
      runs[at + 2] = 2;
      return false;
    }
    if (time === start + step * (count - 1)) return false;
    if (count > 1 && time === start + step * count) {
      runs[at + 2] = count + 1;
      return false;
    }
  }
  runs.push(time, 0, 1);
  return true;
}

interface Pair {
  readonly first: number;
  readonly second: number;
  symbols: number;
  rows: number;
  from: number;
  to: number;
}

function pairsOf(series: readonly Times[][], names: readonly string[], isCounting: boolean): readonly SourceOverlap[] {
  const pairs = new Map<string, Pair>();
  for (const all of series) {
    const sorted = [...(all ?? [])].sort((a, b) => a.from - b.from);
    let open: Times[] = [];
    for (const times of sorted) {
      open = open.filter(({ to }) => to >= times.from);
      for (const other of open) takePair(pairs, other, times, isCounting);
      open.push(times);
    }
  }
  const iso = (ms: number): string => new Date(ms).toISOString();
  return [...pairs.values()]
    .sort((a, b) => b.rows - a.rows || a.first - b.first || a.second - b.second)
    .slice(0, mostPairs)
    .map(({ first, second, symbols, rows, from, to }) => ({
      first: names[first] ?? String(first),
      second: names[second] ?? String(second),
      symbols,
      ...(isCounting ? { rows } : {}),
      from: iso(from),
      to: iso(to),
    }));
}

function takePair(pairs: Map<string, Pair>, a: Times, b: Times, isCounting: boolean): void {
  const rows = isCounting ? commonTimes(a.runs, b.runs) : 0;
  if (isCounting && rows === 0) return;
  const [first, second] = a.part < b.part ? [a.part, b.part] : [b.part, a.part];
  const key = `${first} ${second}`;
  const pair = pairs.get(key) ?? {
    first,
    second,
    symbols: 0,
    rows: 0,
    from: Number.POSITIVE_INFINITY,
    to: Number.NEGATIVE_INFINITY,
  };
  pair.symbols++;
  pair.rows += rows;
  pair.from = Math.min(pair.from, Math.max(a.from, b.from));
  pair.to = Math.max(pair.to, Math.min(a.to, b.to));
  pairs.set(key, pair);
}

/** A run with its times ascending. */
interface Run {
  readonly low: number;
  readonly high: number;
  readonly step: number;
}

function ascending(runs: readonly number[]): readonly Run[] {
  const found: Run[] = [];
  for (let at = 0; at < runs.length; at += 3) {
    const start = runs[at];
    const end = start + runs[at + 1] * (runs[at + 2] - 1);
    found.push({ low: Math.min(start, end), high: Math.max(start, end), step: Math.abs(runs[at + 1]) || 1 });
  }
  return found.sort((a, b) => a.low - b.low);
}

/** Number of times that both have. */
function commonTimes(a: readonly number[], b: readonly number[]): number {
  const others = ascending(b);
  let first = 0;
  let count = 0;
  // Runs of a sorted file do not overlap, so those before `first` end before all that follow.
  for (const run of ascending(a)) {
    while (first < others.length && (others[first] as Run).high < run.low) first++;
    for (let at = first; at < others.length && (others[at] as Run).low <= run.high; at++)
      count += shared(run, others[at] as Run);
  }
  return count;
}

function shared(a: Run, b: Run): number {
  const low = Math.max(a.low, b.low);
  const high = Math.min(a.high, b.high);
  if (high < low) return 0;
  const [wide, narrow] = a.step >= b.step ? [a, b] : [b, a];
  let count = 0;
  const start = wide.low + Math.ceil((low - wide.low) / wide.step) * wide.step;
  if (wide.step === narrow.step)
    return (start - narrow.low) % narrow.step === 0 && start <= high ? Math.floor((high - start) / wide.step) + 1 : 0;
  for (let time = start; time <= high; time += wide.step) if ((time - narrow.low) % narrow.step === 0) count++;
  return count;
}
