import { type BarChunk, chunkBars } from "../bar-chunk.ts";

/** The least-squares line through ln(E[t] / E[0]) of the bars after the first. */
export interface LogTrend {
  /** Number of points. */
  readonly count: number;
  readonly slope: number;
  /** Sum of the squared deviations of the bar numbers from their mean. */
  readonly barSquares: number;
  /** Sum of the squared residuals. */
  readonly residuals: number;
  begin(equity: number): void;
  add(chunk: BarChunk): void;
}

/** The largest |(b - a) / (b + a)| whose logarithm comes from the series. */
const seriesLimit = 1 / 64;

/**
 * ln(b / a). Most bars change the equity by little: six terms of a series are as exact as the logarithm there, and
 * take a third of its time.
 */
function logRatio(a: number, b: number): number {
  const q = (b - a) / (b + a);
  if (!(q < seriesLimit && q > -seriesLimit)) return Math.log(b / a);
  const z = q * q;
  return 2 * q * (1 + z * (1 / 3 + z * (1 / 5 + z * (1 / 7 + z * (1 / 9 + z * (1 / 11))))));
}

/** Sum of the squared deviations of 1 to `count` from their mean. */
function squaresOfBars(count: number): number {
  return (count * (count * count - 1)) / 12;
}

/**
 * The line of no bars. Each chunk is fitted in two passes. Two fits are joined as sums of squares, because the usual
 * difference of sums has no digits left for a curve that is nearly a line, such as that of interest on cash. Heights
 * and slopes are those above the line of the first chunk, so that their rounding is small beside the residuals.
 */
export function createLogTrend(): LogTrend {
  const heights = new Float64Array(chunkBars);
  let first = 0;
  let count = 0;
  let pilot = 0;
  let meanHeight = 0;
  let slope = 0;
  let residuals = 0;

  function join(n: number, ownHeight: number, ownSlope: number, rest: number): void {
    const all = count + n;
    const right = all / 2;
    const up = ownHeight - meanHeight;
    const weight = (count * n) / all;
    const squares = squaresOfBars(count);
    const ownSquares = squaresOfBars(n);
    const joined = all === 1 ? 0 : (squares * slope + ownSquares * ownSlope + weight * right * up) / squaresOfBars(all);
    residuals +=
      rest +
      weight * (up - joined * right) ** 2 +
      squares * (slope - joined) ** 2 +
      ownSquares * (ownSlope - joined) ** 2;
    meanHeight += (up * n) / all;
    slope = joined;
    count = all;
  }

  return {
    get count() {
      return count;
    },
    get slope() {
      return pilot + slope;
    },
    get barSquares() {
      return squaresOfBars(count);
    },
    get residuals() {
      return residuals;
    },
    begin(equity) {
      first = equity;
    },
    add({ equity, length }) {
      if (length === 0) return;
      // Heights above the bar before the chunk: small numbers keep their digits.
      let height = 0;
      let sum = 0;
      let products = 0;
      const middle = (length - 1) / 2;
      for (let i = 0; i < length; i++) {
        height += logRatio(equity[i], equity[i + 1]);
        heights[i] = height;
        sum += height;
        products += (i - middle) * height;
      }
      const mean = sum / length;
      const own = length === 1 ? 0 : products / squaresOfBars(length);
      let rest = 0;
      for (let i = 0; i < length; i++) {
        const residual = heights[i] - mean - own * (i - middle);
        rest += residual * residual;
      }
      if (count === 0) pilot = own;
      join(length, Math.log(equity[0] / first) + mean - pilot * (count + 1 + middle), own - pilot, rest);
    },
  };
}
