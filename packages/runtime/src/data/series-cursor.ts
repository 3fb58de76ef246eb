import type { Block, Series } from "@atc/contract";

/** The rows of a series one after another, a block at a time: hot loops read the arrays, `refill` goes on to the next block. */
export interface SeriesCursor {
  /** Times of the block as pairs of 32-bit words, low half first. */
  words: Int32Array;
  /** The other columns of the block, in the order asked for. */
  values: readonly ArrayLike<number>[];
  /** The current row within the block. */
  at: number;
  /** Rows of the block. */
  end: number;
  /** The first row of the block within the series. */
  base: number;
  /** Goes on to the next block; false at the end of the series. Only where `at` is `end`. */
  refill(): boolean;
}

/** A cursor at row `from` of a series. */
export function seriesCursor(series: Series, columns: readonly string[], from: number): SeriesCursor {
  const blocks: Iterator<Block> = series.blocks({ columns: ["timestamp", ...columns], from })[Symbol.iterator]();
  const cursor: SeriesCursor = {
    words: new Int32Array(0),
    values: [],
    at: 0,
    end: 0,
    base: from,
    refill() {
      cursor.base += cursor.end;
      cursor.at = 0;
      cursor.end = 0;
      const { value, done } = blocks.next();
      if (done === true) return false;
      const words = value.timeWords();
      cursor.words = words as unknown as Int32Array;
      cursor.values = columns.map((name) => value.values(name));
      cursor.end = value.length;
      return true;
    },
  };
  return cursor;
}

/** The first row of a series whose time is `time` or later; its length where there is none. Reads some rows, not all. */
export function firstRowFrom(series: Series, time: bigint): number {
  let low = 0;
  let high = series.length;
  while (low < high) {
    const middle = low + Math.floor((high - low) / 2);
    if (timeOfRow(series, middle) < time) low = middle + 1;
    else high = middle;
  }
  return low;
}

/** The time of one row. */
function timeOfRow(series: Series, row: number): bigint {
  for (const block of series.blocks({ columns: ["timestamp"], from: row, to: row + 1 }))
    return block.times()[0] as bigint;
  throw new RangeError(`row ${row} of ${series.length}`);
}

/** A cursor over no rows. */
export function emptyCursor(): SeriesCursor {
  return { words: new Int32Array(0), values: [], at: 0, end: 0, base: 0, refill: () => false };
}
