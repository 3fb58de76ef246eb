import { createIdenticalRows, highSeed, lowSeed, mixWord } from "./identical-rows.ts";

/** Counts rows of equal times among sorted rows, block by block. */
export interface EqualTimeCounter {
  /** Adds the next rows: columns of 8 bytes per value, one after another, the times first. */
  push(buffer: ArrayBuffer, rows: number): void;
}

/**
 * A counter over `width` columns. It adds to `counts` the rows with the time of the row before them, and of these the
 * ones that equal an earlier row of their time in all bits.
 */
export function createEqualTimeCounter(width: number, counts: { count: number; identical: number }): EqualTimeCounter {
  const rowsOfTime = createIdenticalRows();
  /** Whether the row before has the time of the one before it. */
  let isWithin = false;
  let isStarted = false;
  const last = { timeLow: 0, timeHigh: 0, low: 0, high: 0 };

  return {
    push(buffer, rows) {
      if (rows === 0) return;
      const words = new Int32Array(buffer, 0, 2 * width * rows);
      let low = last.timeLow;
      let high = last.timeHigh;
      for (let row = 0; row < rows; row++) {
        const isSame = (row > 0 || isStarted) && words[2 * row] === low && words[2 * row + 1] === high;
        low = words[2 * row];
        high = words[2 * row + 1];
        if (isSame) {
          if (!isWithin && row === 0) rowsOfTime.begin(last.low, last.high);
          else if (!isWithin)
            rowsOfTime.begin(hashOf(words, rows, row - 1, lowSeed), hashOf(words, rows, row - 1, highSeed));
          counts.count++;
          if (rowsOfTime.repeats(hashOf(words, rows, row, lowSeed), hashOf(words, rows, row, highSeed)))
            counts.identical++;
        }
        isWithin = isSame;
      }
      last.timeLow = words[2 * rows - 2];
      last.timeHigh = words[2 * rows - 1];
      last.low = hashOf(words, rows, rows - 1, lowSeed);
      last.high = hashOf(words, rows, rows - 1, highSeed);
      isStarted = true;
    },
  };

  function hashOf(words: Int32Array, rows: number, row: number, seed: number): number {
    let hash = 0;
    for (let column = 1; column < width; column++) {
      const at = 2 * (column * rows + row);
      hash = mixWord(hash, words[at], words[at + 1], seed);
    }
    return hash;
  }
}
