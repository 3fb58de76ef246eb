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

/** Finds jumps that look like splits and do not come back within five bars, block by block. */
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

/** Whether a change of price is large enough for a split. */
function isStep(before: number, price: number): boolean {
  return price >= smallestRatio * before || before >= smallestRatio * price;
}

/**
 * The first row from `from` on whose change is large enough for a split, else the number of rows; `previous` is the
 * close before row 0. A loop of its own: nearly all rows are passed here.
 */
function nextStep(close: ReadonlyTypedArray<number>, from: number, previous: number): number {
  const { length } = close;
  let before = from === 0 ? previous : close[from - 1];
  for (let row = from; row < length; row++) {
    const price = close[row];
    if (isStep(before, price)) return row;
    before = price;
  }
  return length;
}

/** A jump counts as a split only if the price is not back within so many bars, as after a bad print. */
const barsToRevert = 5;
/** The part of a jump, by logarithm, that may be left if the price is back. */
const revertedShare = 0.25;

/** A jump that may still come back. */
interface OpenJump extends SplitLikeJump {
  /** Bars that are still to be seen. */
  left: number;
}

function isBack({ from, to }: SplitLikeJump, price: number): boolean {
  return Math.abs(Math.log(price / from)) <= revertedShare * Math.abs(Math.log(to / from));
}

/** Creates a scan of no bars. */
export function createSplitScan(): SplitScan {
  let previous = Number.NaN;
  let settled = 0;
  let firstSettled: SplitLikeJump | undefined;
  let open: OpenJump[] = [];

  /** Takes the next close while jumps are open; returns whether it ends one of them. */
  function settle(price: number): boolean {
    const rest = open.filter((jump) => !isBack(jump, price));
    const endsOne = rest.length < open.length;
    open = rest.filter((jump) => {
      jump.left--;
      if (jump.left > 0) return true;
      settled++;
      firstSettled ??= jump;
      return false;
    });
    return endsOne;
  }

  return {
    get count() {
      return settled + open.length;
    },
    get first() {
      return firstSettled ?? open[0];
    },
    push(close, times) {
      if (close.length === 0) return;
      let row = 0;
      while (row < close.length) {
        if (open.length === 0) row = nextStep(close, row, previous);
        if (row === close.length) break;
        const before = row === 0 ? previous : close[row - 1];
        const price = close[row];
        const endsJump = open.length > 0 && settle(price);
        if (isStep(before, price) && !endsJump && looksLikeSplit(before, price))
          open.push({ time: times[row], from: before, to: price, left: barsToRevert });
        row++;
      }
      previous = close[close.length - 1];
    },
  };
}
