import type { ReadonlyTypedArray } from "@atc/contract";

/** A change from one close to the next like that of a stock split or a reverse split. */
interface SplitLikeJump {
  /** Time of the bar that closes at the new level. */
  readonly time: bigint;
  /** The close before. */
  readonly from: number;
  /** The close after. */
  readonly to: number;
}

/** Finds jumps that look like splits, block by block. */
export interface SplitScan {
  /** Number of jumps so far. */
  readonly count: number;
  /** The first of them. */
  readonly first: SplitLikeJump | undefined;
  /** Scans the next bars. */
  push(close: ReadonlyTypedArray<number>, times: BigInt64Array): void;
}

/** New shares per old share. Ratios such as 5:4 are left out, because they are not larger than a bad day. */
const splitRatios: readonly number[] = [1.5, 2, 2.5, 3, 4, 5, 6, 7, 8, 10, 12, 15, 20, 25, 30, 40, 50, 100];
/** The bar of a split also has a move of its own. */
const tolerance = 0.04;
const smallestRatio = 1.5 * (1 - tolerance);

function looksLikeSplit(from: number, to: number): boolean {
  const ratio = from > to ? from / to : to / from;
  return splitRatios.some((split) => Math.abs(ratio / split - 1) <= tolerance);
}

/** Creates a scan of no bars. */
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
