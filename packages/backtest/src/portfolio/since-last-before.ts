/** Receives the next `length` points of the portfolio's curve. The arrays are reused after the call. */
export type PortfolioListener = (times: BigInt64Array, equity: Float64Array, length: number) => void;

/**
 * Passes on the last point before `from`, and all points from it on. Accounts are in cash at their last close before a
 * period. Those closes may be far apart, so earlier ones are not part of the portfolio's time.
 */
export function sinceLastBefore(from: bigint | undefined, onBlock: PortfolioListener): PortfolioListener {
  if (from === undefined) return onBlock;
  const lastTime = new BigInt64Array(1);
  const lastEquity = new Float64Array(1);
  let hasLast = false;
  let hasStarted = false;
  return (times, equity, length) => {
    let first = 0;
    while (!hasStarted && first < length && times[first] < from) first++;
    if (first > 0) {
      lastTime[0] = times[first - 1];
      lastEquity[0] = equity[first - 1];
      hasLast = true;
    }
    if (first === length) return;
    if (!hasStarted && hasLast) onBlock(lastTime, lastEquity, 1);
    hasStarted = true;
    onBlock(times.subarray(first, length), equity.subarray(first, length), length - first);
  };
}
