import type { ReadonlyTypedArray } from "@atc/contract";
import { chunkBars } from "./bar-chunk.ts";

/** The next closes of a benchmark, in order of time. The arrays may be reused after the next block is requested. */
export interface BenchmarkBlock {
  /** Times in the unit of the account's bars. */
  readonly times: BigInt64Array;
  /** As many closes. Those that are not finite or not above 0 are left out. */
  readonly close: ReadonlyTypedArray<number>;
}

/** Receives pairs at common times. Place 0 of both arrays holds the pair before them. */
export type PairListener = (equity: Float64Array, benchmark: Float64Array, length: number) => void;

/** Pairs equities with the closes of a benchmark at the times that both have. */
export interface BenchmarkJoin {
  /** Number of common times so far. */
  readonly bars: number;
  /** The first common time, and the last; 0 without one. */
  readonly firstTime: bigint;
  readonly lastTime: bigint;
  /** The pair at the first common time, and at the last; NaN without one. */
  readonly firstPair: readonly [equity: number, benchmark: number];
  readonly lastPair: readonly [equity: number, benchmark: number];
  /** Adds the next bars of the account. Times may be equal. */
  add(times: BigInt64Array, equity: Float64Array, length: number): void;
  /** Passes on the remaining pairs and closes the benchmark. No bars may follow. */
  finish(): void;
}

/** Reads a benchmark forward to the latest close at or before a time. */
interface BenchmarkCursor {
  /** Whether the benchmark has a close at exactly this time; `close` is the last such close. */
  moveTo(high: number, low: number): boolean;
  readonly close: number;
  end(): void;
}

function wordsOf(times: BigInt64Array): Int32Array {
  return new Int32Array(times.buffer, times.byteOffset, 2 * times.length);
}

function openCursor(blocks: Iterable<BenchmarkBlock>): BenchmarkCursor {
  const iterator = blocks[Symbol.iterator]();
  let words: Int32Array = new Int32Array(0);
  let closes: ReadonlyTypedArray<number> = new Float64Array(0);
  let row = 0;
  let isOpen = true;
  let close = Number.NaN;
  let closeHigh = 0;
  let closeLow = -1;

  /** Whether a row is current; reads the next block if it is needed. */
  function hasRow(): boolean {
    while (isOpen && row === closes.length) {
      const next = iterator.next();
      if (next.done === true) isOpen = false;
      else {
        words = wordsOf(next.value.times);
        closes = next.value.close;
        row = 0;
      }
    }
    return isOpen;
  }

  return {
    get close() {
      return close;
    },
    moveTo(high, low) {
      while (hasRow()) {
        const nextHigh = words[2 * row + 1];
        const nextLow = words[2 * row] >>> 0;
        if (nextHigh > high || (nextHigh === high && nextLow > low)) break;
        // The time of a close that is missing, zero or negative is not common.
        if (closes[row] > 0 && closes[row] < Number.POSITIVE_INFINITY) {
          close = closes[row];
          closeHigh = nextHigh;
          closeLow = nextLow;
        }
        row++;
      }
      return closeHigh === high && closeLow === low;
    },
    end() {
      if (isOpen) iterator.return?.();
      isOpen = false;
    },
  };
}

/**
 * Joins equities with a benchmark in one pass and with constant memory. Nothing is filled forward. If several rows of
 * one side share a time, the last one counts.
 */
export function createBenchmarkJoin(blocks: Iterable<BenchmarkBlock>, onPairs: PairListener): BenchmarkJoin {
  const cursor = openCursor(blocks);
  const equities = new Float64Array(chunkBars + 1);
  const closes = new Float64Array(chunkBars + 1);
  let filled = 0;
  let bars = 0;
  let firstTime = 0n;
  let lastTime = 0n;
  let firstPair: readonly [number, number] = [Number.NaN, Number.NaN];
  let lastPair = firstPair;
  // The pair of the latest common time; a later bar of the same time replaces its equity.
  let isPending = false;
  let pendingHigh = 0;
  let pendingLow = 0;
  let equity = 0;
  let close = 0;

  function flush(): void {
    if (filled <= 1) return;
    onPairs(equities, closes, filled - 1);
    equities[0] = equities[filled - 1];
    closes[0] = closes[filled - 1];
    filled = 1;
  }

  function settle(): void {
    if (!isPending) return;
    if (bars === 0) firstPair = [equity, close];
    bars++;
    equities[filled] = equity;
    closes[filled] = close;
    if (++filled === equities.length) flush();
    isPending = false;
  }

  return {
    get bars() {
      return bars;
    },
    get firstTime() {
      return firstTime;
    },
    get lastTime() {
      return lastTime;
    },
    get firstPair() {
      return firstPair;
    },
    get lastPair() {
      return lastPair;
    },
    add(times, values, length) {
      const words = wordsOf(times);
      let last = -1;
      let first = -1;
      for (let i = 0; i < length; i++) {
        const high = words[2 * i + 1];
        const low = words[2 * i] >>> 0;
        if (isPending && pendingHigh === high && pendingLow === low) {
          equity = values[i];
          continue;
        }
        if (!cursor.moveTo(high, low)) continue;
        settle();
        if (bars === 0) first = i;
        isPending = true;
        pendingHigh = high;
        pendingLow = low;
        equity = values[i];
        close = cursor.close;
        last = i;
      }
      if (first >= 0) firstTime = times[first];
      if (last >= 0) lastTime = times[last];
    },
    finish() {
      if (isPending) lastPair = [equity, close];
      settle();
      flush();
      cursor.end();
    },
  };
}
