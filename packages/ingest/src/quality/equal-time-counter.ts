/** Counts rows of equal times among sorted rows, block by block. */
export interface EqualTimeCounter {
  /** Adds the next rows: columns of 8 bytes per value, one after another, the times first. */
  push(buffer: ArrayBuffer, rows: number): void;
}

/**
 * A counter over `width` columns. It adds to `counts` the rows with the time of the row before them, and of these the
 * identical ones.
 */
export function createEqualTimeCounter(width: number, counts: { count: number; identical: number }): EqualTimeCounter {
  const last = new Int32Array(2 * width);
  let started = false;

  /** Whether a value equals that of the row before it in all bits. The row before the first is in `last`. */
  function isSame(words: Int32Array, column: number, rows: number, row: number): boolean {
    const at = 2 * (column * rows + row);
    const [low, high] = row === 0 ? [last[2 * column], last[2 * column + 1]] : [words[at - 2], words[at - 1]];
    return words[at] === low && words[at + 1] === high;
  }

  return {
    push(buffer, rows) {
      const words = new Int32Array(buffer, 0, 2 * width * rows);
      for (let row = started ? 0 : 1; row < rows; row++) {
        if (!isSame(words, 0, rows, row)) continue;
        counts.count++;
        let column = 1;
        while (column < width && isSame(words, column, rows, row)) column++;
        if (column === width) counts.identical++;
      }
      for (let column = 0; column < width; column++) {
        last[2 * column] = words[2 * (column * rows + rows - 1)];
        last[2 * column + 1] = words[2 * (column * rows + rows - 1) + 1];
      }
      started = true;
    },
  };
}
