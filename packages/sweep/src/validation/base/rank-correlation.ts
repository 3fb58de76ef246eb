/** Spearman's correlation of two lists of a fixed length, with mid-ranks. It allocates nothing per use. */
export type RankCorrelation = (left: Float64Array, right: Float64Array) => number | undefined;

/** The number of sorted values below a value. */
function countBelow(sorted: Float64Array, value: number): number {
  let [low, high] = [0, sorted.length];
  while (low < high) {
    const middle = (low + high) >>> 1;
    if (sorted[middle] < value) low = middle + 1;
    else high = middle;
  }
  return low;
}

/** Writes each value's mid-rank less the mean of all ranks, and returns the sum of squares. */
function centredRanks(values: Float64Array, sorted: Float64Array, ranks: Float64Array): number {
  const { length } = values;
  sorted.set(values);
  sorted.sort();
  let squares = 0;
  for (let place = 0; place < length; place++) {
    const value = values[place];
    const below = countBelow(sorted, value);
    let end = below + 1;
    while (end < length && sorted[end] === value) end++;
    // Ranks count from 1, so those of equals are below + 1 to end, and the mean of all is (length + 1) / 2.
    const rank = (below + end - length) / 2;
    ranks[place] = rank;
    squares += rank * rank;
  }
  return squares;
}

/** Creates the correlation of lists of `length` values. Undefined if all values of a list are equal. */
export function createRankCorrelation(length: number): RankCorrelation {
  const sorted = new Float64Array(length);
  const leftRanks = new Float64Array(length);
  const rightRanks = new Float64Array(length);
  return (left, right) => {
    const squares = centredRanks(left, sorted, leftRanks) * centredRanks(right, sorted, rightRanks);
    if (squares === 0) return undefined;
    let products = 0;
    for (let place = 0; place < length; place++) products += leftRanks[place] * rightRanks[place];
    return products / Math.sqrt(squares);
  };
}
