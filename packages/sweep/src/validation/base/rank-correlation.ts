import { createRanking, type Ranking } from "./ranking.ts";

/** Spearman's correlation of two lists of a fixed length, with mid-ranks. It allocates nothing per use. */
export type RankCorrelation = (left: Float64Array, right: Float64Array) => number | undefined;

/** Writes each value's mid-rank less the mean of all ranks, and returns the sum of squares. */
function centredRanks(values: Float64Array, ranking: Ranking, ranks: Float64Array): number {
  const { length } = values;
  const { order } = ranking;
  ranking.sort(values);
  let squares = 0;
  for (let from = 0; from < length; ) {
    const value = values[order[from]];
    let end = from + 1;
    while (end < length && values[order[end]] === value) end++;
    // Ranks count from 1, so those of equals are from + 1 to end, and the mean of all is (length + 1) / 2.
    const rank = (from + end - length) / 2;
    squares += (end - from) * rank * rank;
    for (; from < end; from++) ranks[order[from]] = rank;
  }
  return squares;
}

/** Creates the correlation of lists of `length` values. Undefined if all values of a list are equal. */
export function createRankCorrelation(length: number): RankCorrelation {
  const ranking = createRanking(length);
  const leftRanks = new Float64Array(length);
  const rightRanks = new Float64Array(length);
  return (left, right) => {
    const squares = centredRanks(left, ranking, leftRanks) * centredRanks(right, ranking, rightRanks);
    if (squares === 0) return undefined;
    let products = 0;
    for (let place = 0; place < length; place++) products += leftRanks[place] * rightRanks[place];
    return products / Math.sqrt(squares);
  };
}
