import { memberAt as at, groupSize } from "./group-state.ts";
import { directionStride, type WorkingRows } from "./working-rows.ts";

/** One account of a group. */
interface Lane {
  readonly group: Float64Array;
  /** Its place in the group. */
  readonly place: number;
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

/** Adds an equity to the statistics; `bar` is its index. */
function addEquity({ group, place }: Lane, equity: number, bar: number, target: number): void {
  const gain = equity / group[at.last + place] - 1;
  group[at.last + place] = equity;
  if (bar > 0) {
    const deviation = gain - group[at.mean + place];
    group[at.mean + place] += deviation / bar;
    group[at.squares + place] += deviation * (gain - group[at.mean + place]);
    const shortfall = gain - target;
    if (shortfall < 0) group[at.downside + place] += shortfall * shortfall;
  }
  if (equity >= group[at.maximum + place]) {
    const fall = 1 - group[at.trough + place] / group[at.maximum + place];
    if (fall > group[at.drawdown + place]) group[at.drawdown + place] = fall;
    group[at.maximum + place] = equity;
    group[at.trough + place] = equity;
  } else if (equity < group[at.trough + place]) group[at.trough + place] = equity;
}

/** Whether all directions of an account are -1, 0 or 1. */
function areDirections(directions: Int8Array, from: number, count: number): boolean {
  for (let i = from; i < from + count; i++) if (directions[i] < -1 || directions[i] > 1) return false;
  return true;
}

/**
 * Adds `count` bars to the group in the rows, of which `bars` are known, as `assembly/many.ts` does, to the same bits.
 * Returns the first account with a direction that is not -1, 0 or 1, else `groupSize`.
 */
export function advanceGroupPlain(rows: WorkingRows, bars: number, count: number, target: number): number {
  const { group, groupDirections: directions, fill, close } = rows;
  for (let place = 0; place < groupSize; place++)
    if (!areDirections(directions, place * directionStride + 16, count)) return place;
  for (let place = 0; place < groupSize; place++) {
    const lane: Lane = { group, place };
    const lowest = group[at.lowest + place];
    const highest = group[at.highest + place];
    const row = place * directionStride + 16;
    let pending = group[at.pending + place];
    for (let i = 0; i < count; i++) {
      if (pending !== group[at.held + place]) order(lane, pending, fill[i]);
      const quantity = group[at.quantity + place];
      if (quantity !== 0) group[at.heldBars + place]++;
      addEquity(lane, group[at.cash + place] + quantity * close[i], bars + i, target);
      pending = Math.max(lowest, Math.min(directions[row + i], highest));
    }
    group[at.pending + place] = pending;
  }
  return groupSize;
}
