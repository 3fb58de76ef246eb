import type { ReadonlyTypedArray } from "@atc/contract";
import type { MemoryLayout } from "./memory-layout.ts";

/** The most bars of one block: the dozen rows of this length that a pass uses stay in the first-level cache. */
export const blockLength = 256;

/**
 * The bars that a kernel is working on and where its memory has them: bar `start + i`, for 0 <= i < count, is at index
 * i of each row.
 */
export interface PriceBlock {
  /** Absolute index of the first bar. */
  start: number;
  /** Number of bars, at most {@link blockLength}. */
  count: number;
  /** Row of the calculation source, after at least `history` earlier bars. Moves. */
  source: number;
  /**
   * Row of |source[t] - source[t-1]|, 0 at the first bar of the series, after at least `history` earlier bars. Moves.
   */
  changes: number;
  /** Row of the close. */
  readonly close: number;
  /** The close of the last bar before the block; NaN at the start of the series. */
  previousClose: number;
  /** Bars kept before the current ones. */
  readonly history: number;
  /** Where the rows of the source and the changes begin, and how many bars each has room for. */
  readonly room: { readonly source: number; readonly changes: number; readonly capacity: number };
}

/** An empty block that keeps at least `longest` earlier bars. */
export function createPriceBlock(longest: number, layout: MemoryLayout): PriceBlock {
  const history = longest | 0;
  // Room for as many new bars as there is history: moving the history to the front then costs at most one copied bar
  // per new bar.
  const capacity = (history + Math.max(blockLength, history)) | 0;
  const room = { source: layout.reserve(capacity), changes: layout.reserve(capacity), capacity };
  return {
    start: 0,
    count: 0,
    source: room.source + history,
    changes: room.changes + history,
    close: layout.reserve(blockLength),
    previousClose: Number.NaN,
    history,
    room,
  };
}

/** Turns the current bars into history and makes room for `count` more. */
export function makeRoom(block: PriceBlock, memory: Float64Array, count: number): void {
  const { room, history } = block;
  if (block.count > 0) block.previousClose = memory[block.close + block.count - 1];
  block.start += block.count;
  block.source += block.count;
  block.changes += block.count;
  block.count = 0;
  if (block.source + count <= room.source + room.capacity) return;
  memory.copyWithin(room.source, block.source - history, block.source);
  memory.copyWithin(room.changes, block.changes - history, block.changes);
  block.source = room.source + history;
  block.changes = room.changes + history;
}

/** Turns the current bars into history and starts a block of `count` bars, for {@link copyPrices} to fill. */
export function startBlock(block: PriceBlock, memory: Float64Array, count: number): void {
  makeRoom(block, memory, count);
  block.count = count;
}

/** Fills the block with the bars from index `from` of two columns. */
export function copyPrices(
  block: PriceBlock,
  memory: Float64Array,
  closes: ReadonlyTypedArray<number>,
  sources: ReadonlyTypedArray<number>,
  from: number,
): void {
  const { count, source, changes, close } = block;
  let previous = block.start === 0 ? sources[from] : memory[source - 1];
  for (let i = 0; i < count; i++) {
    const value = sources[from + i];
    memory[close + i] = closes[from + i];
    memory[source + i] = value;
    memory[changes + i] = Math.abs(value - previous);
    previous = value;
  }
}
