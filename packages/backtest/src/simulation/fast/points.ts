import type { AccountPoints } from "../account-rows.ts";
import { accountAt as at } from "./account-state.ts";
import type { WorkingRows } from "./working-rows.ts";

/** What both accounts hold between two orders. */
interface Holding {
  readonly cash: number;
  readonly quantity: number;
  readonly grossCash: number;
  readonly grossQuantity: number;
}

/** Bars `from` to `to` of a block, in which the holding does not change; the block's first is bar `first` of a push. */
interface Span {
  readonly first: number;
  readonly from: number;
  readonly to: number;
}

function writeSpan({ close, equity }: WorkingRows, holding: Holding, points: AccountPoints, span: Span): void {
  const { first, from, to } = span;
  const { cash, quantity, grossCash, grossQuantity } = holding;
  const { exposure, grossEquity } = points;
  points.cash?.fill(cash, first + from, first + to);
  if (quantity === 0) exposure?.fill(0, first + from, first + to);
  else if (exposure !== undefined)
    for (let i = from; i < to; i++) exposure[first + i] = (Math.abs(quantity) * close[i]) / equity[i];
  if (grossEquity !== undefined)
    for (let i = from; i < to; i++) grossEquity[first + i] = grossCash + grossQuantity * close[i];
}

/**
 * Writes cash, exposure and equity without costs of the first `count` bars of the rows, from the orders among them.
 *
 * @param before - the state before these bars
 * @param points - the columns to write, from index `first`; absent ones are skipped
 */
export function writePoints(
  rows: WorkingRows,
  before: Float64Array,
  points: AccountPoints,
  first: number,
  count: number,
): void {
  const orders = rows.state[at.orders];
  let from = 0;
  let holding: Holding = {
    cash: before[at.cash],
    quantity: before[at.quantity],
    grossCash: before[at.grossCash],
    grossQuantity: before[at.grossQuantity],
  };
  for (let k = 0; k <= orders; k++) {
    const to = k === orders ? count : rows.orderBar[k];
    writeSpan(rows, holding, points, { first, from, to });
    from = to;
    if (k === orders) break;
    holding = {
      cash: rows.orderCash[k],
      quantity: rows.orderQuantity[k],
      grossCash: rows.orderGrossCash[k],
      grossQuantity: rows.orderGrossQuantity[k],
    };
  }
}
