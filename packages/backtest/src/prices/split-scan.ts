import type { ReadonlyTypedArray } from "@atc/contract";

/** A change of price from one close to the next that a stock split or its reverse would make. */
interface SplitLikeJump {
  /** Time of the bar that closes at the new level. */
  readonly time: bigint;
  /** The close before. */
  readonly from: number;
  /** The close after. */
  readonly to: number;
}

/** Looks for jumps that look like splits, block by block. */
export interface SplitScan {
  /** Jumps so far. */
  readonly count: number;
  /** The first of them. */
  readonly first: SplitLikeJump | undefined;
  /** Takes the next bars. */
  push(close: ReadonlyTypedArray<number>, times: BigInt64Array): void;
}

/** Shares after a split per share before; 5:4 and the like are no larger than a bad day and are not looked for. */
const splitRatios: readonly number[] = [1.5, 2, 2.5, 3, 4, 5, 6, 7, 8, 10, 12, 15, 20, 25, 30, 40, 50, 100];
/** A split's own bar also moves as any bar does. */
const tolerance = 0.04;
const smallestRatio = 1.5 * (1 - tolerance);

function looksLikeSplit(from: number, to: number): boolean {
  const ratio = from > to ? from / to : to / from;
  return splitRatios.some((split) => Math.abs(ratio / split - 1) <= tolerance);
}

/** A scan of no bars yet. */
export function createSplitScan(): SplitScan {
  let previous = Number.NaN;
  let count = 0;
  let first: SplitLikeJump | undefined;
  return {
    get count() {
      return count;
    },
    get first() {
      return first;
    },
    push(close, times) {
      let before = previous;
      for (let i = 0; i < close.length; i++) {
        const price = close[i];
        if ((price >= smallestRatio * before || before >= smallestRatio * price) && looksLikeSplit(before, price)) {
          count++;
          first ??= { time: times[i], from: before, to: price };
        }
        before = price;
      }
      previous = before;
    },
  };
}
