import { msPerYear } from "../base/calendar.ts";
import type { Bars } from "./bars.ts";

/** The yearly volatility of many symbols over their last returns, row by row. */
export interface Volatility {
  /** Writes the volatility at the close of each row; NaN if it is unknown. `elapsed` has the times in ms. */
  push(bars: Pick<Bars, "length" | "symbols" | "close">, elapsed: Float64Array, into: Float64Array): void;
}

/** Below it, prices do not move: only the rounding of sums does. */
const leastVolatility = 1e-6;

/**
 * Creates the volatility of the specification, section 6, over the last `length` returns.
 *
 * A window is the end of one chunk of `length` returns and the start of the next. Means and squared deviations of all
 * ends of the finished chunk are kept and merged with those of the growing start (Chan, Golub and LeVeque 1979). So a
 * row costs the same for any length, and nothing is subtracted, which would leave the rounding of larger values.
 */
export function createVolatility(symbolCount: number, length: number): Volatility {
  const count = new Float64Array(symbolCount);
  const lastClose = new Float64Array(symbolCount);
  const startMean = new Float64Array(symbolCount);
  const startSquares = new Float64Array(symbolCount);
  const returns = new Float64Array(symbolCount * length);
  const times = new Float64Array(symbolCount * length);
  const endMean = new Float64Array(symbolCount * length);
  const endSquares = new Float64Array(symbolCount * length);

  function keepEnds(from: number): void {
    let mean = 0;
    let squares = 0;
    for (let n = 1; n <= length; n++) {
      const at = from + length - n;
      const deviation = returns[at] - mean;
      mean += deviation / n;
      squares += deviation * (returns[at] - mean);
      endMean[at] = mean;
      endSquares[at] = squares;
    }
  }

  /** The squared deviations of the window that ends with return `at` of the current chunk. */
  function squaresOf(symbol: number, at: number): number {
    const started = at + 1;
    if (started === length) return startSquares[symbol];
    const end = symbol * length + started;
    const apart = startMean[symbol] - endMean[end];
    return endSquares[end] + startSquares[symbol] + (apart * apart * (length - started) * started) / length;
  }

  function addReturn(symbol: number, at: number, gain: number): void {
    if (at === 0) {
      startMean[symbol] = 0;
      startSquares[symbol] = 0;
    }
    const deviation = gain - startMean[symbol];
    startMean[symbol] += deviation / (at + 1);
    startSquares[symbol] += deviation * (gain - startMean[symbol]);
    returns[symbol * length + at] = gain;
    if (at === length - 1) keepEnds(symbol * length);
  }

  return {
    push(bars, elapsed, into) {
      const { symbols, close } = bars;
      for (let row = 0; row < bars.length; row++) {
        const s = symbols[row];
        const bar = count[s]++;
        const price = close[row];
        const time = elapsed[row];
        let volatility = Number.NaN;
        if (bar > 0) {
          const at = (bar - 1) % length;
          addReturn(s, at, price / lastClose[s] - 1);
          if (bar >= length) {
            // The ring still holds the time of bar - length.
            const years = (time - times[s * length + (bar % length)]) / msPerYear;
            const yearly = Math.sqrt(squaresOf(s, at) / (length - 1)) * Math.sqrt(length / years);
            if (years > 0 && yearly > leastVolatility && yearly < Number.POSITIVE_INFINITY) volatility = yearly;
          }
        }
        times[s * length + (bar % length)] = time;
        lastClose[s] = price;
        into[row] = volatility;
      }
    },
  };
}
