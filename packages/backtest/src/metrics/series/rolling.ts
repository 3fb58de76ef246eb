/** Options of {@link createRolling}. */
export interface RollingOptions {
  /** Returns per window, 2 or more. */
  readonly window: number;
  /** Bars per year of the whole curve; NaN if its bars have no span. */
  readonly barsPerYear: number;
  /** Yearly rate without risk. Default: 0. */
  readonly riskFreeRate?: number;
  /** Whether an equity of the curve is 0 or below, so that every figure is undefined. Default: false. */
  readonly isLost?: boolean;
}

/** Sharpe ratio and volatility of the last returns at every bar, block by block. */
export interface Rolling {
  /**
   * Adds the next `length` bars and writes the figures at each of them, from place 0. NaN is undefined: before the
   * first full window, and a Sharpe ratio of returns that are constant.
   */
  add(equity: Float64Array, length: number, sharpe: Float64Array, volatility: Float64Array): void;
}

/**
 * The default window: half a year of bars, or a quarter of the returns if that is less; at least 2.
 *
 * @param barsPerYear - of the whole curve; NaN if its bars have no span
 */
export function defaultRollingWindow(returns: number, barsPerYear: number): number {
  const half = Number.isNaN(barsPerYear) ? Number.POSITIVE_INFINITY : Math.floor(barsPerYear / 2 + 0.5);
  return Math.max(2, Math.min(half, Math.floor(returns / 4)));
}

/**
 * Creates the series of no bars. A bar costs the same for any window, and memory is 24 bytes per return of the window.
 *
 * Returns are cut into runs of one window's length. Every window is the end of one run and the start of the next one.
 * The moments of all ends come from a walk backwards over a full run, and those of the start grow bar by bar (Welford
 * 1962). They are joined without subtracting sums (Chan, Golub and LeVeque 1979), so a window is as exact as in two
 * passes of its own.
 */
export function createRolling({ window, barsPerYear, riskFreeRate = 0, isLost = false }: RollingOptions): Rolling {
  const returns = new Float64Array(window);
  // Moments of the returns of the full run before, from a place to its end.
  const endMeans = new Float64Array(window + 1);
  const endSquares = new Float64Array(window + 1);
  const rate = riskFreeRate === 0 ? 0 : riskFreeRate / barsPerYear;
  const yearly = isLost ? Number.NaN : Math.sqrt(barsPerYear);
  let previous = Number.NaN;
  let hasPrevious = false;
  let hasEnds = false;
  // Returns of the run that grows, and their moments.
  let held = 0;
  let mean = 0;
  let squares = 0;

  function turnRun(): void {
    let endMean = 0;
    let endSquare = 0;
    for (let place = window - 1; place >= 0; place--) {
      const value = returns[place];
      const deviation = value - endMean;
      endMean += deviation / (window - place);
      endSquare += deviation * (value - endMean);
      endMeans[place] = endMean;
      endSquares[place] = endSquare;
    }
    endMeans[window] = 0;
    endSquares[window] = 0;
    hasEnds = true;
    held = 0;
    mean = 0;
    squares = 0;
  }

  return {
    add(equity, length, sharpe, volatility) {
      let row = 0;
      if (!hasPrevious && length > 0) {
        sharpe[0] = Number.NaN;
        volatility[0] = Number.NaN;
        previous = equity[0];
        hasPrevious = true;
        row = 1;
      }
      for (; row < length; row++) {
        const value = equity[row] / previous - 1;
        previous = equity[row];
        returns[held++] = value;
        const deviation = value - mean;
        mean += deviation / held;
        squares += deviation * (value - mean);
        let windowMean = mean;
        let windowSquares = squares;
        if (held < window) {
          if (!hasEnds) {
            sharpe[row] = Number.NaN;
            volatility[row] = Number.NaN;
            continue;
          }
          const apart = mean - endMeans[held];
          const part = held / window;
          windowMean = endMeans[held] + apart * part;
          windowSquares = endSquares[held] + squares + apart * apart * part * (window - held);
        }
        const exact = Math.sqrt(windowSquares / (window - 1));
        const spread = exact <= 1e-14 ? 0 : exact;
        volatility[row] = spread * yearly;
        sharpe[row] = spread === 0 ? Number.NaN : ((windowMean - rate) / spread) * yearly;
        if (held === window) turnRun();
      }
    },
  };
}
