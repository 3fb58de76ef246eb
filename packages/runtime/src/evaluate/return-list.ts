import type { PortfolioListener } from "@atc/backtest";

/** Collects the returns of one portfolio's curve. */
export interface ReturnList {
  /** Takes the next points of the curve. */
  readonly take: PortfolioListener;
  /** The times of the first and of the last point; undefined without points. */
  readonly span: { readonly firstTime: bigint; readonly lastTime: bigint } | undefined;
  /** The returns so far, copied. */
  returns(): Float64Array<ArrayBuffer>;
}

/** Creates a list with room for `length` returns, which doubles if there are more. */
export function returnList(length: number): ReturnList {
  let values = new Float64Array(Math.max(1, length));
  let count = 0;
  let previous = Number.NaN;
  let firstTime: bigint | undefined;
  let lastTime = 0n;

  function grow(least: number): void {
    const larger = new Float64Array(Math.max(least, 2 * values.length));
    larger.set(values);
    values = larger;
  }

  return {
    take(times, equity, points) {
      if (points === 0) return;
      if (count + points > values.length) grow(count + points);
      let row = 0;
      if (firstTime === undefined) {
        firstTime = times[0] ?? 0n;
        previous = equity[row++] ?? Number.NaN;
      }
      for (; row < points; row++) {
        const value = equity[row] as number;
        values[count++] = value / previous - 1;
        previous = value;
      }
      lastTime = times[points - 1] ?? 0n;
    },
    get span() {
      return firstTime === undefined ? undefined : { firstTime, lastTime };
    },
    returns: () => values.slice(0, count),
  };
}
