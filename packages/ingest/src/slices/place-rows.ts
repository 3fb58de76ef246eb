import type { ColumnChunk } from "@atc/contract";
import { missingColumn } from "../base/chunk-errors.ts";
import { resized } from "./row-arena.ts";

/** Rows placed before their columns are copied, so that the rows that a block touches stay in the processor's cache. */
const blockRows = 2048;
const signBit = 0x80000000;

/** Some consecutive rows of a chunk. */
export interface RowBlock {
  /** Per row of the chunk: its symbol's index in the source's dictionary. */
  indices: Int32Array;
  /** Per row of the chunk: its time, as two 32-bit words. */
  times: Int32Array;
  /** The first row of the block. */
  first: number;
  /** The row after its last. */
  end: number;
  /** The next row to place. */
  next: number;
  /** Per row of the block: its place. */
  readonly places: Int32Array;
}

/** Memory for rows, divided among targets. A target is a series of an arena, or a group. */
export interface PlaceTargets {
  /** The times of placed rows, as pairs of 32-bit words. */
  readonly times: Int32Array;
  /** Per target: the place of its next row. */
  readonly cursor: Int32Array;
  /** Per target: the place after its last free one. */
  readonly limit: Int32Array;
}

/**
 * What is known of targets, by number. Times are pairs of 32-bit words: the high one, then the low one with its sign
 * bit flipped, so that signed comparison orders it.
 */
export interface TargetCounts {
  /** Entries of the source's dictionary that have a target. */
  known: number;
  /** Per entry of the source's dictionary: its target, or -1. */
  targetOf: Int32Array<ArrayBuffer>;
  /** Per target: 1 if it has a row. */
  started: Uint8Array<ArrayBuffer>;
  /** Rows whose time is before that of the target's previous row. */
  unsorted: Int32Array<ArrayBuffer>;
  /** Rows whose time is that of the target's previous row. */
  equalTimes: Int32Array<ArrayBuffer>;
  firstTimes: Int32Array<ArrayBuffer>;
  lastTimes: Int32Array<ArrayBuffer>;
}

/** Counts of `length` targets without rows. */
export function targetCounts(length: number): TargetCounts {
  return {
    known: 0,
    targetOf: new Int32Array(0),
    started: new Uint8Array(length),
    unsorted: new Int32Array(length),
    equalTimes: new Int32Array(length),
    firstTimes: new Int32Array(2 * length),
    lastTimes: new Int32Array(2 * length),
  };
}

/** Makes room for `length` targets. */
export function reserveTargets(counts: TargetCounts, length: number): void {
  const started = new Uint8Array(length);
  started.set(counts.started);
  counts.started = started;
  counts.unsorted = resized(counts.unsorted, length);
  counts.equalTimes = resized(counts.equalTimes, length);
  counts.firstTimes = resized(counts.firstTimes, 2 * length);
  counts.lastTimes = resized(counts.lastTimes, 2 * length);
}

/** The first or last time of a target, as {@link TargetCounts} holds it. */
export function targetTime(times: Int32Array, target: number): bigint {
  return (BigInt(times[2 * target]) << 32n) | BigInt((times[2 * target + 1] ^ signBit) >>> 0);
}

/**
 * Registers the first row of a target. {@link placeRows} compares it with itself; the equal time that it finds is
 * subtracted here.
 */
export function startTarget(counts: TargetCounts, target: number, { times }: RowBlock, row: number): void {
  const high = times[2 * row + 1];
  const low = times[2 * row] ^ signBit;
  counts.firstTimes[2 * target] = high;
  counts.firstTimes[2 * target + 1] = low;
  counts.lastTimes[2 * target] = high;
  counts.lastTimes[2 * target + 1] = low;
  counts.equalTimes[target] = -1;
  counts.started[target] = 1;
}

/** A block without rows. */
export function createRowBlock(): RowBlock {
  const empty = new Int32Array(0);
  return { indices: empty, times: empty, first: 0, end: 0, next: 0, places: new Int32Array(blockRows) };
}

/** Continues with the rows of another chunk. */
export function openChunk(block: RowBlock, chunk: ColumnChunk): void {
  const stamps = chunk.columns["timestamp"];
  if (stamps === undefined) throw missingColumn("timestamp", chunk);
  block.indices = chunk.symbol.indices;
  block.times = new Int32Array(stamps.buffer, stamps.byteOffset, 2 * chunk.length);
  block.next = 0;
}

/** Moves the block to the next rows of its chunk that are not placed yet. Returns false if there are none. */
export function nextBlock(block: RowBlock, { length }: ColumnChunk): boolean {
  block.first = block.next;
  block.end = Math.min(block.first + blockRows, length);
  return block.first < length;
}

/**
 * Places rows of a block, from `next` on: finds their places, copies their times, and compares each time with the last
 * one of its target. Stops at the end of the block, or at a row whose target is full or unknown; `next` is that row.
 */
export function placeRows(counts: TargetCounts, targets: PlaceTargets, block: RowBlock): void {
  const { known, targetOf, unsorted, equalTimes, lastTimes } = counts;
  const { cursor, limit, times: target } = targets;
  const { indices, times, first, end, places } = block;
  let i = block.next;
  for (; i < end; i++) {
    const index = indices[i];
    if (index < 0 || index >= known) break;
    const t = targetOf[index];
    if (t < 0) break;
    const place = cursor[t];
    if (place === limit[t]) break;
    const word = times[2 * i];
    const low = word ^ signBit;
    const high = times[2 * i + 1];
    places[i - first] = place;
    cursor[t] = place + 1;
    target[2 * place] = word;
    target[2 * place + 1] = high;
    const h = lastTimes[2 * t];
    const l = lastTimes[2 * t + 1];
    if (high < h || (high === h && low < l)) unsorted[t]++;
    else if (high === h && low === l) equalTimes[t]++;
    lastTimes[2 * t] = high;
    lastTimes[2 * t + 1] = low;
  }
  block.next = i;
}
