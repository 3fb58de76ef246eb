/** Sorts lists of a fixed length. It allocates nothing per use. */
export interface Ranking {
  /** The places of the latest list's values, from the least value to the largest. */
  readonly order: Int32Array;
  /** Sorts a list, which must not have NaN. */
  sort(values: Float64Array): void;
}

const digitBits = 8;
const digits = 1 << digitBits;

/**
 * Creates a ranking of lists of `length` values. A radix sort by the upper half of each double brings nearly all values
 * to their place, and an insertion sort the rest: a third of the time of `sort` with a search for each rank.
 */
export function createRanking(length: number): Ranking {
  const order = new Int32Array(length);
  const other = new Int32Array(length);
  const keys = new Uint32Array(length);
  const starts = new Int32Array(digits);
  const double = new Float64Array(1);
  const words = new Uint32Array(double.buffer);

  /** Keys whose order as integers is that of the doubles. */
  function readKeys(values: Float64Array): void {
    for (let place = 0; place < length; place++) {
      // The sum makes 0 of -0.
      double[0] = values[place] + 0;
      const high = words[1];
      keys[place] = high >>> 31 === 1 ? ~high : high ^ 0x8000_0000;
    }
  }

  /** Moves places from one list to another, by one digit of their keys. */
  function sortByDigit(from: Int32Array, to: Int32Array, shift: number): void {
    starts.fill(0);
    for (let place = 0; place < length; place++) starts[(keys[place] >>> shift) & (digits - 1)]++;
    let sum = 0;
    for (let digit = 0; digit < digits; digit++) {
      const count = starts[digit];
      starts[digit] = sum;
      sum += count;
    }
    for (let i = 0; i < length; i++) {
      const place = from[i];
      to[starts[(keys[place] >>> shift) & (digits - 1)]++] = place;
    }
  }

  return {
    order,
    sort(values) {
      readKeys(values);
      for (let place = 0; place < length; place++) order[place] = place;
      sortByDigit(order, other, 0);
      sortByDigit(other, order, digitBits);
      sortByDigit(order, other, 2 * digitBits);
      sortByDigit(other, order, 3 * digitBits);
      for (let i = 1; i < length; i++) {
        const place = order[i];
        const value = values[place];
        let at = i;
        for (; at > 0 && values[order[at - 1]] > value; at--) order[at] = order[at - 1];
        order[at] = place;
      }
    },
  };
}
