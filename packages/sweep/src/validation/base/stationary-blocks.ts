import type { RandomNumbers } from "../../sample/random-numbers.ts";

/**
 * A sample of rows by the stationary bootstrap (Politis and Romano 1994), as blocks of rows that follow each other.
 * After the last row comes the first. The arrays hold the latest sample, and are replaced if a sample has more blocks.
 */
export interface StationaryBlocks {
  /** The number of blocks. */
  readonly count: number;
  /** The first row of each block. */
  readonly starts: Int32Array;
  /** The number of rows of each block; together as many as there are rows. */
  readonly lengths: Int32Array;
  draw(random: RandomNumbers): void;
}

/** Creates samples of `rows` rows with blocks of `block` rows on average: about 8 bytes per block. */
export function createStationaryBlocks(rows: number, block: number): StationaryBlocks {
  let starts = new Int32Array(1024);
  let lengths = new Int32Array(1024);
  let count = 0;
  const renewal = 1 / block;

  function grow(): void {
    const [oldStarts, oldLengths] = [starts, lengths];
    starts = new Int32Array(count * 2);
    lengths = new Int32Array(count * 2);
    starts.set(oldStarts);
    lengths.set(oldLengths);
  }

  return {
    get count() {
      return count;
    },
    get starts() {
      return starts;
    },
    get lengths() {
      return lengths;
    },
    draw(random) {
      starts[0] = random.integer(rows);
      count = 1;
      let from = 0;
      for (;;) {
        const row = from + 1 + random.realsUntil(renewal, rows - from - 1);
        if (row === rows) break;
        if (count === starts.length) grow();
        lengths[count - 1] = row - from;
        starts[count] = random.integer(rows);
        from = row;
        count++;
      }
      lengths[count - 1] = rows - from;
    },
  };
}
