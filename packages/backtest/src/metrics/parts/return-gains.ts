/** Sums of the returns above and below a target. */
export interface ReturnGains {
  /** Sum of max(return - target, 0). */
  readonly above: number;
  /** Sum of max(target - return, 0). */
  readonly below: number;
  /** Sum of the squares of min(return - target, 0). */
  readonly squares: number;
  add(returns: Float64Array, length: number): void;
}

/** The sums of no returns. */
export function createReturnGains(target: number): ReturnGains {
  let above = 0;
  let below = 0;
  let squares = 0;
  return {
    get above() {
      return above;
    },
    get below() {
      return below;
    },
    get squares() {
      return squares;
    },
    add(returns, length) {
      let gains = 0;
      let losses = 0;
      let squared = 0;
      for (let i = 0; i < length; i++) {
        // Half of |x| - x is max(-x, 0), exactly and without a branch that is mispredicted in half of the bars.
        const excess = returns[i] - target;
        const size = Math.abs(excess);
        const loss = 0.5 * (size - excess);
        gains += 0.5 * (size + excess);
        losses += loss;
        squared += loss * loss;
      }
      above += gains;
      below += losses;
      squares += squared;
    },
  };
}
