/** Number, mean, and sums of the second to fourth powers of deviations from the mean, of returns. */
export interface ReturnMoments {
  readonly count: number;
  readonly mean: number;
  readonly squares: number;
  readonly cubes: number;
  readonly fourths: number;
  /** Adds returns whose sum is known. */
  add(returns: Float64Array, length: number, sum: number): void;
}

/**
 * The moments of no returns. Each block of returns is summed in two passes, and blocks are joined without subtracting
 * large sums (Pébay 2008), so that they stay accurate over millions of bars.
 */
export function createReturnMoments(): ReturnMoments {
  let count = 0;
  let mean = 0;
  let squares = 0;
  let cubes = 0;
  let fourths = 0;

  function join(n: number, ownMean: number, two: number, three: number, four: number): void {
    const all = count + n;
    const shift = ownMean - mean;
    const part = shift / all;
    const cross = shift * part * count * n;
    fourths +=
      four +
      cross * part * part * (count * count - count * n + n * n) +
      6 * part * part * (count * count * two + n * n * squares) +
      4 * part * (count * three - n * cubes);
    cubes += three + cross * part * (count - n) + 3 * part * (count * two - n * squares);
    squares += two + cross;
    mean += part * n;
    count = all;
  }

  return {
    get count() {
      return count;
    },
    get mean() {
      return mean;
    },
    get squares() {
      return squares;
    },
    get cubes() {
      return cubes;
    },
    get fourths() {
      return fourths;
    },
    add(returns, length, sum) {
      if (length === 0) return;
      const ownMean = sum / length;
      let two = 0;
      let three = 0;
      let four = 0;
      for (let i = 0; i < length; i++) {
        const deviation = returns[i] - ownMean;
        const square = deviation * deviation;
        two += square;
        three += square * deviation;
        four += square * square;
      }
      join(length, ownMean, two, three, four);
    },
  };
}
