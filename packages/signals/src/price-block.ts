import type { ReadonlyTypedArray } from "@atc/contract";

/**
 * The bars that a kernel works on now, and enough bars before them for every window. `source[offset + i]` and `close[i]` belong to absolute bar
 * `start + i`, for 0 <= i < count.
 */
export interface PriceBlock {
  /** Absolute index of the first bar. */
  start: number;
  /** Number of bars, at most the block length. */
  count: number;
  /** Where the first bar stands in {@link PriceBlock.source} and {@link PriceBlock.changes}. */
  offset: number;
  /** The calculation source, with the history before it. */
  readonly source: Float64Array;
  /** |source[t] - source[t-1]|, 0 at the first bar of all, with the history before it. */
  readonly changes: Float64Array;
  /** The close. */
  readonly close: Float64Array;
  /** How far the close may lie from an average and still count as equal to it: 1e-10 of the close. */
  readonly tolerance: Float64Array;
  /** The close of the bar before the first, NaN at the first bar of all. */
  previousClose: number;
}

/** An empty block that keeps `history` bars before the current ones. */
export function createPriceBlock(blockLength: number, history: number): PriceBlock {
  // Room for as many new bars as there is history: the shift to the front then costs at most one copied bar per new bar.
  const capacity = history + Math.max(blockLength, history);
  return {
    start: 0,
    count: 0,
    offset: history,
    source: new Float64Array(capacity),
    changes: new Float64Array(capacity),
    close: new Float64Array(blockLength),
    tolerance: new Float64Array(blockLength),
    previousClose: Number.NaN,
  };
}

function makeRoom(block: PriceBlock, count: number, history: number): void {
  block.start += block.count;
  block.offset += block.count;
  if (block.count > 0) block.previousClose = block.close[block.count - 1] as number;
  if (block.offset + count > block.source.length) {
    block.source.copyWithin(0, block.offset - history, block.offset);
    block.changes.copyWithin(0, block.offset - history, block.offset);
    block.offset = history;
  }
  block.count = count;
}

/** Moves on to bars `from` to `from + count` (exclusive) of two columns. */
export function advancePrices(
  block: PriceBlock,
  history: number,
  close: ReadonlyTypedArray<number>,
  source: ReadonlyTypedArray<number>,
  from: number,
  count: number,
): void {
  makeRoom(block, count, history);
  const { offset, source: sources, changes, close: closes, tolerance } = block;
  let previous = block.start === 0 ? (source[from] as number) : (sources[offset - 1] as number);
  for (let i = 0; i < count; i++) {
    const price = close[from + i] as number;
    const value = source[from + i] as number;
    closes[i] = price;
    tolerance[i] = 1e-10 * price;
    sources[offset + i] = value;
    changes[offset + i] = Math.abs(value - previous);
    previous = value;
  }
}
