import type { ReadonlyTypedArray } from "@atc/contract";
import { isoTime, timeAt } from "../base/iso-time.ts";
import type { OpenJumpPlace, OpenJumps } from "./ingest-report.ts";

const placesKept = 3;
/** The part of a jump, by logarithm, that may be left at the close. */
const revertedShare = 0.25;

/** Prices of rows; a range if the source has it. */
interface OpenColumns {
  readonly open: ReadonlyTypedArray;
  readonly high: ReadonlyTypedArray | undefined;
  readonly low: ReadonlyTypedArray | undefined;
  readonly close: ReadonlyTypedArray;
}

/** Finds opens far from the close before whose bar closes near that close again, block by block. */
export interface OpenFinder {
  /** Adds the next rows. `times` holds pairs of 32-bit words. */
  push(times: ReadonlyTypedArray, columns: OpenColumns, length: number): void;
  found(): OpenJumps;
}

/**
 * A finder of opens more than `threshold` away from the close before. Opens outside of their bar's range are another
 * finding.
 */
export function createOpenFinder(threshold: number, unitsPerMs: number): OpenFinder {
  const limits = { least: 1 - threshold, most: 1 + threshold };
  let places: OpenJumpPlace[] = [];
  let count = 0;
  let before = Number.NaN;

  function take(place: OpenJumpPlace): void {
    count++;
    places = [...places, place].sort((a, b) => size(b) - size(a)).slice(0, placesKept);
  }

  return {
    push(times, { open, high, low, close }, length) {
      let last = before;
      for (let i = 0; i < length; i++) {
        const stop = nextFar(open, close, i, length, last, limits);
        if (stop > i) last = close[stop - 1];
        if (stop === length) break;
        i = stop;
        const price = open[i];
        const end = close[i];
        if (!(price <= last * limits.most && price >= last * limits.least) && isPrintOf(price, end, last)) {
          const isInside = high === undefined || low === undefined || (price <= high[i] && price >= low[i]);
          if (isInside) take({ time: isoTime(timeAt(times, i), unitsPerMs), from: last, open: price, close: end });
        }
        if (end > 0) last = end;
      }
      before = last;
    },
    found: () => ({ count, places }),
  };
}

/**
 * The first row from `from` that opens above `most` or below `least` times the close before it, or misses a price;
 * `length` if there is none. A function of its own, because the loop within `push` allocates its numbers.
 */
function nextFar(
  open: ReadonlyTypedArray,
  close: ReadonlyTypedArray,
  from: number,
  length: number,
  before: number,
  { least, most }: { readonly least: number; readonly most: number },
): number {
  let last = before;
  for (let i = from; i < length; i++) {
    const price = open[i];
    const end = close[i];
    if (!(price <= last * most && price >= last * least && end > 0)) return i;
    last = end;
  }
  return length;
}

function size({ from, open }: OpenJumpPlace): number {
  return Math.abs(Math.log(open / from));
}

/** Whether a bar opens far from the close before and closes near it. False for missing prices. */
function isPrintOf(open: number, close: number, before: number): boolean {
  if (!(open > 0 && open < Number.POSITIVE_INFINITY && close > 0 && before > 0)) return false;
  return Math.abs(Math.log(close / before)) <= revertedShare * Math.abs(Math.log(open / before));
}
