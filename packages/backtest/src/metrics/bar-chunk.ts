import type { TimeUnit } from "../base/calendar.ts";

/** Bars of a chunk: large enough that a call per chunk and part costs nothing, small enough for the first cache. */
export const chunkBars = 1024;

/**
 * Consecutive bars after the first one. Place 0 of `equity`, `times` and `benchmark` is the bar before the chunk, so
 * that bar `i` of the chunk, counted from 1, has the return `returns[i - 1]`. Chunks end at the same bars whatever
 * blocks the bars came in, so figures are bit-identical for blocks of any size.
 */
export interface BarChunk {
  /** Number of bars, without the one at place 0. */
  length: number;
  /** The bar at place 0, counted from 0 over the whole run. */
  row: number;
  readonly unit: TimeUnit;
  readonly equity: Float64Array;
  readonly times: BigInt64Array;
  /** The words of `times`, low before high: reading a BigInt per bar would cost more than all parts. */
  readonly words: Int32Array;
  /** Closes of the benchmark, if blocks bring them. */
  readonly benchmark: Float64Array;
  /** Equity of each bar divided by the one before it. */
  readonly factors: Float64Array;
  /** Return of each bar: its factor less 1. */
  readonly returns: Float64Array;
}

/** Creates a chunk without bars. */
export function createBarChunk(unit: TimeUnit): BarChunk {
  const times = new BigInt64Array(chunkBars + 1);
  return {
    length: 0,
    row: 0,
    unit,
    equity: new Float64Array(chunkBars + 1),
    times,
    words: new Int32Array(times.buffer),
    benchmark: new Float64Array(chunkBars + 1),
    factors: new Float64Array(chunkBars),
    returns: new Float64Array(chunkBars),
  };
}

/** Makes the last bar of a chunk the bar before the next one, which is empty. */
export function turnChunk(chunk: BarChunk): void {
  const { length, equity, times, benchmark } = chunk;
  equity[0] = equity[length];
  times[0] = times[length];
  benchmark[0] = benchmark[length];
  chunk.row += length;
  chunk.length = 0;
}

/** Divides each of `length` values by the one before it, from values that begin with the one before them. */
export function writeFactors(values: Float64Array, length: number, factors: Float64Array): void {
  let previous = values[0];
  for (let i = 0; i < length; i++) {
    const value = values[i + 1];
    factors[i] = value / previous;
    previous = value;
  }
}

/** Writes the returns of factors, and returns their sum. */
export function writeReturns(factors: Float64Array, length: number, returns: Float64Array): number {
  let sum = 0;
  for (let i = 0; i < length; i++) {
    const value = factors[i] - 1;
    returns[i] = value;
    sum += value;
  }
  return sum;
}

/** The time at a place of 64-bit times, in ms rounded down. */
export function millisecondsAt(words: Int32Array, place: number, unit: TimeUnit): number {
  const low = words[2 * place] >>> 0;
  const high = words[2 * place + 1];
  if (unit === "ms") return high * 4_294_967_296 + low;
  // 2^32 ns are 4294 ms and 967,296 ns: every product is exact.
  return high * 4294 + Math.floor((high * 967_296 + low) / 1e6);
}
