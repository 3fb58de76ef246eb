import { memberAt as at, groupLength, groupSize } from "./group-state.ts";
import { directionStride, type WorkingRows } from "./working-rows.ts";

/** One account of a group. */
interface Lane {
  readonly group: Float64Array;
  /** Its place in the group. */
  readonly place: number;
}

/** Prices of a block, and its place among all bars. */
interface LaneBars {
  readonly fill: Float64Array;
  readonly close: Float64Array;
  /** Number of bars before the block. */
  readonly bars: number;
  readonly count: number;
}

/** Sums of equities: a row of eight per bar. */
interface LaneSums {
  readonly values: Float64Array;
  /** The index of the first row. */
  readonly from: number;
  /** Doubles from one group to the next. */
  readonly stride: number;
}

function order({ group, place }: Lane, wanted: number, price: number): void {
  const cash = group[at.cash + place];
  const quantity = group[at.quantity + place];
  const equity = cash + quantity * price;
  if (equity <= 0) group[at.lost + place] = 1;
  const target = group[at.lost + place] !== 0 ? 0 : (wanted * equity) / price;
  const change = target - quantity;
  group[at.held + place] = wanted;
  if (change === 0) return;
  const filled = price * group[(change > 0 ? at.buyFactor : at.sellFactor) + place];
  const notional = Math.abs(change) * filled;
  const fee = notional * group[at.feeRate + place];
  group[at.cash + place] = cash - change * filled - fee;
  group[at.quantity + place] = target;
  group[at.fees + place] += fee;
  group[at.traded + place] += notional;
  if (quantity !== 0) group[at.closed + place]++;
}

/** Adds an equity to the statistics of one account or portfolio; `bar` is its index. Returns its return. */
export function addEquity(group: Float64Array, place: number, equity: number, bar: number): number {
  const gain = equity / group[at.last + place] - 1;
  group[at.last + place] = equity;
  if (bar > 0) {
    const deviation = gain - group[at.mean + place];
    group[at.mean + place] += deviation / bar;
    group[at.squares + place] += deviation * (gain - group[at.mean + place]);
    const shortfall = gain - group[at.target + place];
    if (shortfall < 0) group[at.downside + place] += shortfall * shortfall;
  }
  if (equity >= group[at.maximum + place]) {
    const fall = 1 - group[at.trough + place] / group[at.maximum + place];
    if (fall > group[at.drawdown + place]) group[at.drawdown + place] = fall;
    group[at.maximum + place] = equity;
    group[at.trough + place] = equity;
  } else if (equity < group[at.trough + place]) group[at.trough + place] = equity;
  return gain;
}

/** Whether all directions of an account are -1, 0 or 1. */
function areDirections(directions: Int8Array, from: number, count: number): boolean {
  for (let i = from; i < from + count; i++) if (directions[i] < -1 || directions[i] > 1) return false;
  return true;
}

/** Adds bars to one account; its directions begin at `row`. */
function advanceLane(
  { group, place }: Lane,
  { fill, close, bars, count }: LaneBars,
  directions: Int8Array,
  row: number,
  sums: LaneSums | undefined,
): void {
  const lowest = group[at.lowest + place];
  const highest = group[at.highest + place];
  let pending = group[at.pending + place];
  for (let i = 0; i < count; i++) {
    if (pending !== group[at.held + place]) order({ group, place }, pending, fill[i]);
    const quantity = group[at.quantity + place];
    if (quantity !== 0) group[at.heldBars + place]++;
    const equity = group[at.cash + place] + quantity * close[i];
    addEquity(group, place, equity, bars + i);
    if (sums !== undefined) sums.values[sums.from + i * groupSize + place] += equity;
    pending = Math.max(lowest, Math.min(directions[row + i], highest));
  }
  group[at.pending + place] = pending;
}

/**
 * Adds `count` bars to the group in the rows, of which `bars` are known, as `assembly/many.ts` does, to the same bits.
 * Returns the first account with a direction that is not -1, 0 or 1, else `groupSize`.
 */
export function advanceGroupPlain(rows: WorkingRows, bars: number, count: number): number {
  const { group, groupDirections: directions, fill, close } = rows;
  const rowOf = (place: number): number => place * directionStride + 16;
  for (let place = 0; place < groupSize; place++) if (!areDirections(directions, rowOf(place), count)) return place;
  for (let place = 0; place < groupSize; place++)
    advanceLane({ group, place }, { fill, close, bars, count }, directions, rowOf(place), undefined);
  return groupSize;
}

/** Groups in a row that trade the same prices. */
export interface PlainGroups {
  readonly states: Float64Array;
  readonly directions: Int8Array;
  /** The index at which the directions of each account begin. */
  readonly sources: Uint32Array;
  readonly bars: LaneBars;
  readonly sums: LaneSums;
}

/** Adds bars to groups as `advanceGroups` of `assembly/many.ts` does, with the same result. */
export function advanceGroupsPlain(groups: PlainGroups): number {
  const { states, directions, sources, bars, sums } = groups;
  for (let account = 0; account < sources.length; account++) {
    const number = Math.floor(account / groupSize);
    const group = states.subarray(number * groupLength, (number + 1) * groupLength);
    if (!areDirections(directions, sources[account], bars.count)) return account;
    const own = { ...sums, from: sums.from + number * sums.stride };
    advanceLane({ group, place: account % groupSize }, bars, directions, sources[account], own);
  }
  return sources.length;
}
