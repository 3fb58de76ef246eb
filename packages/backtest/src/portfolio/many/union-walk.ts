import { AtcError } from "@atc/contract";
import type { TimedRows } from "../equal-times.ts";
import type { UnionBlock } from "./union-block.ts";

/** The rows of a symbol. */
interface SymbolRows extends TimedRows {
  readonly symbol: number;
}

/** What {@link createUnionWalk} walks over. */
export interface UnionWalkOptions {
  readonly groups: readonly (readonly SymbolRows[])[];
  readonly symbols: number;
  readonly from: bigint | undefined;
  readonly blockLength: number;
}

/** Most times of all groups in memory. */
const windowRows = 2 ** 18;

/** Times are compared as two words: a BigInt per row would be garbage. */
interface TimeWords {
  high: number;
  low: number;
}

function wordsOf(time: bigint): TimeWords {
  const words = new Int32Array(BigInt64Array.of(time).buffer);
  return { high: words[1], low: words[0] >>> 0 };
}

function isBefore(high: number, low: number, other: TimeWords): boolean {
  return high < other.high || (high === other.high && low < other.low);
}

/** The times of all groups, a window of each. */
interface Fronts {
  /** The time of each group's current row. */
  readonly high: Int32Array;
  readonly low: Uint32Array;
  /** 1 if the group has no more rows. */
  readonly ended: Uint8Array;
  /** Proceeds to the next row of a group. */
  advance(group: number): void;
}

function openFronts(groups: UnionWalkOptions["groups"]): Fronts {
  const count = groups.length;
  const window = Math.max(64, Math.min(4096, Math.floor(windowRows / count)));
  const times = new BigInt64Array(window * count);
  const words = new Int32Array(times.buffer);
  const high = new Int32Array(count);
  const low = new Uint32Array(count);
  const ended = new Uint8Array(count);
  const next = new Float64Array(count);
  const held = new Float64Array(count);

  /** Looks at row `next` of a group. */
  function look(group: number): void {
    const { bars, symbol, times: read } = groups[group][0];
    const row = next[group];
    if (row === bars) {
      ended[group] = 1;
      return;
    }
    if (row === held[group]) {
      const more = Math.min(window, bars - row);
      read(row, times.subarray(group * window, group * window + more));
      held[group] = row + more;
    }
    // Windows begin at multiples of their length.
    const at = 2 * (group * window + (row % window));
    const nextHigh = words[at + 1];
    const nextLow = words[at] >>> 0;
    if (row > 0 && (nextHigh < high[group] || (nextHigh === high[group] && nextLow < low[group])))
      throw new AtcError(
        "ATC_INVALID_DATA",
        `symbol ${symbol} at row ${row}: the time is earlier than that of the row before it; sort the rows by time`,
        { details: { symbol: String(symbol), row } },
      );
    high[group] = nextHigh;
    low[group] = nextLow;
  }

  for (let group = 0; group < count; group++) look(group);
  return {
    high,
    low,
    ended,
    advance(group) {
      next[group] = next[group] + 1;
      look(group);
    },
  };
}

/** Finds the earliest of the groups' times. Returns false if all groups have ended. */
function findEarliest({ high, low, ended }: Fronts, earliest: TimeWords): boolean {
  let found = false;
  for (let group = 0; group < ended.length; group++) {
    if (ended[group] !== 0 || (found && !isBefore(high[group], low[group], earliest))) continue;
    earliest.high = high[group];
    earliest.low = low[group];
    found = true;
  }
  return found;
}

/** Walks over the union of all times, in blocks. A time whose rows do not all fit is in the next block. */
export function* createUnionWalk(options: UnionWalkOptions): Generator<UnionBlock, void, void> {
  const { groups, symbols, blockLength } = options;
  const fronts = openFronts(groups);
  const { high, low, ended } = fronts;
  const start = options.from === undefined ? undefined : wordsOf(options.from);
  const words = new Int32Array(2 * blockLength);
  const block = {
    length: 0,
    times: new BigInt64Array(words.buffer),
    from: new Float64Array(symbols),
    to: new Float64Array(symbols),
    rowAt: new Int32Array(groups.length * blockLength),
  };
  const taken = new Int32Array(groups.length);
  const earliest: TimeWords = { high: 0, low: 0 };

  /** Takes the rows of the earliest time. Returns false if there is no room for all of them. */
  function takeRows(): boolean {
    let isWhole = true;
    for (let group = 0; group < groups.length; group++) {
      while (ended[group] === 0 && high[group] === earliest.high && low[group] === earliest.low) {
        if (taken[group] === blockLength) {
          isWhole = false;
          break;
        }
        taken[group]++;
        fronts.advance(group);
      }
    }
    return isWhole;
  }

  /** Whether a time before the start is the last one before it. */
  function isLastBefore(from: TimeWords): boolean {
    const next: TimeWords = { high: 0, low: 0 };
    return findEarliest(fronts, next) && !isBefore(next.high, next.low, from);
  }

  let row = 0;
  function take(): boolean {
    const { high: timeHigh, low: timeLow } = earliest;
    if (!takeRows()) return false;
    if (start !== undefined && isBefore(timeHigh, timeLow, start) && !isLastBefore(start)) return true;
    words[2 * row] = timeLow;
    words[2 * row + 1] = timeHigh;
    for (let group = 0; group < groups.length; group++) block.rowAt[group * blockLength + row] = taken[group] - 1;
    row++;
    return true;
  }

  let hasMore = true;
  while (hasMore) {
    row = 0;
    taken.fill(0);
    block.from.set(block.to);
    while (row < blockLength) {
      hasMore = findEarliest(fronts, earliest);
      if (!hasMore || !take()) break;
    }
    for (const [group, members] of groups.entries())
      for (const { symbol } of members) block.to[symbol] = block.from[symbol] + taken[group];
    block.length = row;
    if (row > 0 || taken.some((count) => count > 0)) yield block;
  }
}
