/** Rows with sorted times, of which several may be equal, read in blocks. */
export interface TimedRows {
  /** Number of rows. */
  readonly bars: number;
  /** Fills `into` with the times from row `row`. The rows must exist. */
  times(row: number, into: BigInt64Array): void;
}

/** Rows that are compared at once. */
const blockRows = 4096;

/** Rows with equal times. Those of the first are read for all. */
export type EqualTimes<Rows extends TimedRows> = [Rows, ...Rows[]];

/** Reads the times of rows in blocks until `holds` returns false. Returns whether it always held. */
function everyBlock(rows: TimedRows, into: BigInt64Array, holds: (row: number, count: number) => boolean): boolean {
  for (let row = 0; row < rows.bars; row += into.length) {
    const count = Math.min(into.length, rows.bars - row);
    rows.times(row, into.subarray(0, count));
    if (!holds(row, count)) return false;
  }
  return true;
}

/** A hash of times (FNV-1a over 32-bit words), so that not all rows are compared with all others. */
function hashOfTimes(rows: TimedRows, times: BigInt64Array): number {
  const words = new Int32Array(times.buffer);
  let hash = -2_128_831_035;
  everyBlock(rows, times, (_row, count) => {
    for (let i = 0; i < 2 * count; i++) hash = Math.imul(hash ^ words[i], 16_777_619);
    return true;
  });
  return hash;
}

/** Whether rows of equal number have the same times. */
function sameTimes(a: TimedRows, b: TimedRows, own: BigInt64Array, other: BigInt64Array): boolean {
  const ownWords = new Int32Array(own.buffer);
  const otherWords = new Int32Array(other.buffer);
  return everyBlock(a, own, (row, count) => {
    b.times(row, other.subarray(0, count));
    for (let i = 0; i < 2 * count; i++) if (ownWords[i] !== otherWords[i]) return false;
    return true;
  });
}

function timeAt(rows: TimedRows, row: number): bigint {
  const time = new BigInt64Array(1);
  if (rows.bars > 0) rows.times(row, time);
  return time[0];
}

/**
 * Groups rows that have exactly the same times. The order of the groups decides the order of sums, and so their last
 * bits: that of the first rows with the same number, first and last time, then that of their first rows.
 */
export function groupByTimes<Rows extends TimedRows>(all: readonly Rows[]): readonly EqualTimes<Rows>[] {
  const alike = new Map<string, Rows[]>();
  for (const rows of all) {
    const outline = `${rows.bars} ${timeAt(rows, 0)} ${timeAt(rows, rows.bars - 1)}`;
    const found = alike.get(outline);
    if (found === undefined) alike.set(outline, [rows]);
    else found.push(rows);
  }
  return [...alike.values()].flatMap((some) => groupsOf(some));
}

/** Groups rows of the same number, first and last time by equal times. */
function groupsOf<Rows extends TimedRows>([first, ...rest]: readonly Rows[]): readonly EqualTimes<Rows>[] {
  if (first === undefined) return [];
  if (rest.length === 0) return [[first]];
  const times = new BigInt64Array(Math.min(blockRows, first.bars));
  const others = new BigInt64Array(times.length);
  const groups: EqualTimes<Rows>[] = [];
  const byHash = new Map<number, EqualTimes<Rows>[]>();
  for (const rows of [first, ...rest]) {
    const hash = hashOfTimes(rows, times);
    const candidates = byHash.get(hash) ?? [];
    const same = candidates.find(([other]) => sameTimes(other, rows, times, others));
    if (same !== undefined) same.push(rows);
    else {
      const members: EqualTimes<Rows> = [rows];
      groups.push(members);
      byHash.set(hash, [...candidates, members]);
    }
  }
  return groups;
}
