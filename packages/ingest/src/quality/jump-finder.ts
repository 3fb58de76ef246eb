import type { ReadonlyTypedArray } from "@atc/contract";
import { isoTime, timeAt } from "../base/iso-time.ts";
import type { JumpPlace, Jumps } from "./ingest-report.ts";

const placesKept = 5;
const revertRows = 5;
const revertShare = 0.25;
const splitTolerance = 0.04;
/** New shares per old shares. */
const splits: readonly (readonly [number, number])[] = [
  [3, 2],
  [2, 1],
  [5, 2],
  [3, 1],
  [4, 1],
  [5, 1],
  [6, 1],
  [7, 1],
  [8, 1],
  [10, 1],
  [15, 1],
  [20, 1],
  [25, 1],
  [30, 1],
  [50, 1],
  [100, 1],
];

interface Place {
  readonly row: number;
  readonly time: bigint;
  readonly from: number;
  readonly to: number;
  readonly split: string | undefined;
  /** The price that the split is computed from, with `from`. */
  readonly splitTo: number;
  reverts: boolean;
}

/** Finds moves of the close above a threshold, block by block. */
export interface JumpFinder {
  /** Adds the next rows. `times` holds pairs of 32-bit words. */
  push(
    times: ReadonlyTypedArray,
    close: ReadonlyTypedArray,
    open: ReadonlyTypedArray | undefined,
    length: number,
  ): void;
  jumps(): Jumps;
}

/** The threshold for a series whose median move other than 0 is `move`. */
export function jumpThreshold(move: number | undefined): number {
  return move === undefined ? 0.4 : Math.min(0.4, Math.max(0.02, 30 * move));
}

/** A finder of moves above `threshold`. Prices that are missing, zero or negative are skipped. */
export function createJumpFinder(threshold: number, unitsPerMs: number): JumpFinder {
  const limits = { least: 1 - threshold, most: 1 + threshold };
  let places: Place[] = [];
  /** Jumps whose next rows are still to be seen. */
  let watched: Place[] = [];
  let count = 0;
  let reverting = 0;
  let row = 0;
  let previous = Number.NaN;

  function add(place: Place): void {
    count++;
    watched.push(place);
    places.push(place);
    if (places.length <= placesKept) return;
    const smallest = places.reduce((a, b) => (size(b) < size(a) ? b : a));
    places = places.filter((kept) => kept !== smallest);
  }

  /** Checks the next five rows of each jump, as far as they are in this block. */
  function watch(close: ReadonlyTypedArray, length: number): void {
    if (watched.length === 0) return;
    for (const place of watched) {
      const from = Math.max(0, place.row + 1 - row);
      const to = Math.min(length, place.row + 1 + revertRows - row);
      for (let i = from; i < to && !place.reverts; i++)
        place.reverts = Math.abs(Math.log(close[i] / place.from)) <= revertShare * size(place);
      if (place.reverts) reverting++;
    }
    watched = watched.filter((place) => !place.reverts && place.row + 1 + revertRows > row + length);
  }

  return {
    push(times, close, open, length) {
      let before = previous;
      for (let i = 0; i < length; i++) {
        const stop = nextMove(close, i, length, before, limits);
        if (stop > i) before = close[stop - 1];
        if (stop === length) break;
        i = stop;
        const price = close[i];
        if (!(price > 0 && price < Number.POSITIVE_INFINITY)) continue;
        if (before > 0) {
          const opening = open === undefined ? price : open[i] || price;
          const split = splitOf(opening / before);
          const time = timeAt(times, i);
          add({ row: row + i, time, from: before, to: price, split, splitTo: opening, reverts: false });
        }
        before = price;
      }
      watch(close, length);
      previous = before;
      row += length;
    },
    jumps: () => ({ threshold, count, reverting, places: places.map((place) => jumpPlace(place, unitsPerMs)) }),
  };
}

function size(place: Place): number {
  return Math.abs(Math.log(place.to / place.from));
}

function splitOf(ratio: number): string | undefined {
  for (const [fresh, old] of splits) {
    if (Math.abs((ratio * fresh) / old - 1) <= splitTolerance) return `${fresh}:${old}`;
    if (Math.abs((ratio * old) / fresh - 1) <= splitTolerance) return `${old}:${fresh}`;
  }
  return undefined;
}

function jumpPlace(place: Place, unitsPerMs: number): JumpPlace {
  const { time, from, to, split, splitTo, reverts } = place;
  const found = { time: isoTime(time, unitsPerMs), from, to, ratio: to / from, reverts };
  return split === undefined ? found : { ...found, looksLikeSplit: split, splitTo };
}

/**
 * The first row from `from` whose price is above `most` or below `least` times the previous one, or is missing;
 * `length` if there is none. A function of its own: within `push`, the loop took five times as long.
 */
function nextMove(
  close: ReadonlyTypedArray,
  from: number,
  length: number,
  previous: number,
  { least, most }: { readonly least: number; readonly most: number },
): number {
  let before = previous;
  for (let i = from; i < length; i++) {
    const price = close[i];
    if (!(price <= before * most && price >= before * least)) return i;
    before = price;
  }
  return length;
}
