/** Moments of pairs of returns: r' of the equity, b' of the benchmark, from one common time to the next. */
export interface ReturnPairs {
  readonly count: number;
  readonly mean: number;
  readonly benchmarkMean: number;
  /** Sums of squared deviations from the mean of r', of b', and of r' - b'; of the products of those of r' and b'. */
  readonly squares: number;
  readonly benchmarkSquares: number;
  readonly differenceSquares: number;
  readonly products: number;
  /** Adds the returns of pairs of factors: 1 + r' and 1 + b'. */
  add(factors: Float64Array, benchmark: Float64Array, length: number): void;
}

/** The moments of no pairs. The difference has sums of its own, because it is 0 in most bars of a held position. */
export function createReturnPairs(): ReturnPairs {
  const sums = {
    count: 0,
    mean: 0,
    benchmarkMean: 0,
    differenceMean: 0,
    squares: 0,
    benchmarkSquares: 0,
    differenceSquares: 0,
    products: 0,
  };

  function join(length: number, mean: number, benchmarkMean: number, differenceMean: number): void {
    const count = sums.count + length;
    const weight = (sums.count * length) / count;
    const up = mean - sums.mean;
    const across = benchmarkMean - sums.benchmarkMean;
    const apart = differenceMean - sums.differenceMean;
    sums.squares += weight * up * up;
    sums.benchmarkSquares += weight * across * across;
    sums.differenceSquares += weight * apart * apart;
    sums.products += weight * up * across;
    sums.mean += (up * length) / count;
    sums.benchmarkMean += (across * length) / count;
    sums.differenceMean += (apart * length) / count;
    sums.count = count;
  }

  return {
    get count() {
      return sums.count;
    },
    get mean() {
      return sums.mean;
    },
    get benchmarkMean() {
      return sums.benchmarkMean;
    },
    get squares() {
      return sums.squares;
    },
    get benchmarkSquares() {
      return sums.benchmarkSquares;
    },
    get differenceSquares() {
      return sums.differenceSquares;
    },
    get products() {
      return sums.products;
    },
    add(factors, benchmark, length) {
      if (length === 0) return;
      let sum = 0;
      let otherSum = 0;
      let differences = 0;
      for (let i = 0; i < length; i++) {
        sum += factors[i] - 1;
        otherSum += benchmark[i] - 1;
        differences += factors[i] - benchmark[i];
      }
      const mean = sum / length;
      const otherMean = otherSum / length;
      const differenceMean = differences / length;
      let squares = 0;
      let otherSquares = 0;
      let differenceSquares = 0;
      let products = 0;
      for (let i = 0; i < length; i++) {
        const deviation = factors[i] - 1 - mean;
        const otherDeviation = benchmark[i] - 1 - otherMean;
        const difference = factors[i] - benchmark[i] - differenceMean;
        squares += deviation * deviation;
        otherSquares += otherDeviation * otherDeviation;
        products += deviation * otherDeviation;
        differenceSquares += difference * difference;
      }
      join(length, mean, otherMean, differenceMean);
      sums.squares += squares;
      sums.benchmarkSquares += otherSquares;
      sums.differenceSquares += differenceSquares;
      sums.products += products;
    },
  };
}
