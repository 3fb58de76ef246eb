import type { Block, ReadonlyTypedArray, Series } from "@atc/contract";

/**
 * Reads the rows of a series block by block. Hot loops read the arrays directly and call `refill` at the end of a
 * block.
 */
export interface SeriesCursor {
  /** Times of the block as pairs of 32-bit words, low half first. */
  words: ReadonlyTypedArray<number>;
  /** The other columns of the block, in the requested order. */
  values: readonly ReadonlyTypedArray<number>[];
  /** The current row within the block. */
  at: number;
  /** Rows of the block. */
  end: number;
  /** The first row of the block within the series. */
  base: number;
  /** Moves to the next block; false at the end of the series. Call it only if `at` is `end`. */
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
      cursor.words = value.timeWords();
      cursor.values = columns.map((name) => value.values(name));
      cursor.end = value.length;
      return true;
    },
  };
  return cursor;
}

export function emptyCursor(): SeriesCursor {
  return { words: new Int32Array(0), values: [], at: 0, end: 0, base: 0, refill: () => false };
}
