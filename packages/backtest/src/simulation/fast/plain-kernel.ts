import { reasonCodes } from "../../account/reasons.ts";
import { accountAt as at } from "./account-state.ts";
import type { WorkingRows } from "./working-rows.ts";

/** The account without costs follows the same directions. */
function orderWithoutCosts(state: Float64Array, direction: number, price: number): void {
  const cash = state[at.grossCash];
  const quantity = state[at.grossQuantity];
  const equity = cash + quantity * price;
  if (equity <= 0) state[at.grossLost] = 1;
  const target = state[at.grossLost] !== 0 ? 0 : (direction * equity) / price;
  const change = target - quantity;
  if (change === 0) return;
  state[at.grossCash] = cash - change * price;
  state[at.grossQuantity] = target;
}

/** Adds the bars that closed with the position until `bar`. */
function countHeldBars(state: Float64Array, bar: number): void {
  const quantity = state[at.quantity];
  const bars = bar - state[at.since];
  state[at.since] = bar;
  if (quantity !== 0) state[at.heldBars] += bars;
  if (quantity > 0) state[at.longBars] += bars;
  else if (quantity < 0) state[at.shortBars] += bars;
}

/** The excursions of the open trade, as fractions of its entry price: 0 or below, and 0 or above. */
export function excursionsOf(state: Float64Array): { readonly mae: number; readonly mfe: number } {
  const entryPrice = state[at.entryPrice];
  if (entryPrice === 0) return { mae: 0, mfe: 0 };
  const rise = state[at.top] / entryPrice - 1;
  const fall = state[at.bottom] / entryPrice - 1;
  const isLong = state[at.quantity] > 0;
  const best = isLong ? rise : 1 - state[at.bottom] / entryPrice;
  const worst = isLong ? fall : 1 - state[at.top] / entryPrice;
  return { mae: Math.min(worst, 0), mfe: Math.max(best, 0) };
}

/** Takes prices into the range of the open trade. */
function widen(state: Float64Array, highest: number, lowest: number): void {
  state[at.top] = Math.max(state[at.top], highest);
  state[at.bottom] = Math.min(state[at.bottom], lowest);
}

/** The exit of a trade. */
interface Exit {
  readonly price: number;
  /** Distance of the price from the reference. */
  readonly concession: number;
  readonly bar: number;
  readonly reason: number;
}

/** Writes the trade that an exit ends, and counts it. */
function endTrade(rows: WorkingRows, exit: Exit, excursions: boolean): void {
  const { state, trades } = rows;
  const { price, concession, bar, reason } = exit;
  const row = state[at.trades]++;
  const held = state[at.quantity];
  const quantity = Math.abs(held);
  const entryPrice = state[at.entryPrice];
  const entryBar = state[at.entryBar];
  const fees = state[at.entryFee] + quantity * price * state[at.feeRate];
  const profit = held * (price - entryPrice) - fees;
  const gain = profit / (quantity * entryPrice);
  trades.quantity[row] = quantity;
  trades.entryPrice[row] = entryPrice;
  trades.exitPrice[row] = price;
  trades.fees[row] = fees;
  trades.slippage[row] = state[at.entrySlippage] + quantity * concession;
  trades.profit[row] = profit;
  trades.return[row] = gain;
  rows.entryBar[row] = Math.max(entryBar - state[at.bars], -1);
  rows.exitBar[row] = bar - state[at.bars];
  trades.barsHeld[row] = bar - entryBar;
  trades.direction[row] = held > 0 ? 1 : -1;
  trades.reason[row] = reason;
  trades.open[row] = 0;
  if (excursions) {
    widen(state, price, price);
    const { mae, mfe } = excursionsOf(state);
    trades.mae[row] = mae;
    trades.mfe[row] = mfe;
  }
  state[at.closed]++;
  if (profit > 0) {
    state[at.wins]++;
    state[at.gained] += profit;
    state[at.winReturns] += gain;
  } else if (profit < 0) {
    state[at.losses]++;
    state[at.lostMoney] -= profit;
    state[at.lossReturns] += gain;
  }
}

/** An order of the account. */
interface Order {
  readonly direction: number;
  readonly reference: number;
  readonly bar: number;
}

/** Puts the whole equity into a direction at a reference price, by `docs/backtest-spec.md`, "Fills and costs". */
function fill(rows: WorkingRows, { direction, reference, bar }: Order, excursions: boolean): void {
  const { state } = rows;
  const cash = state[at.cash];
  const quantity = state[at.quantity];
  const equity = cash + quantity * reference;
  if (equity <= 0 && state[at.lost] === 0) {
    state[at.lost] = 1;
    state[at.bankruptBar] = bar;
  }
  const isLost = state[at.lost] !== 0;
  const target = isLost ? 0 : (direction * equity) / reference;
  const change = target - quantity;
  if (change === 0) return;
  const price = reference * (1 + (change > 0 ? state[at.slippageRate] : -state[at.slippageRate]));
  const units = Math.abs(change);
  const notional = units * price;
  const fee = notional * state[at.feeRate];
  const concession = Math.abs(price - reference);
  const reason = isLost ? reasonCodes.bankruptcy : reasonCodes.signal;
  if (quantity !== 0) endTrade(rows, { price, concession, bar, reason }, excursions);
  state[at.entryPrice] = price;
  state[at.entryFee] = Math.abs(target) * price * state[at.feeRate];
  state[at.entrySlippage] = Math.abs(target) * concession;
  state[at.entryBar] = bar;
  state[at.cash] = cash - change * price - fee;
  state[at.quantity] = target;
  state[at.fees] += fee;
  state[at.slippage] += units * concession;
  state[at.traded] += notional;
  if (excursions) {
    state[at.top] = price;
    state[at.bottom] = price;
  }
  if (state[at.listsFills] === 0) return;
  const row = state[at.fills]++;
  rows.fillBar[row] = bar - state[at.bars];
  rows.fills.quantity[row] = change;
  rows.fills.price[row] = price;
  rows.fills.fee[row] = fee;
  rows.fills.slippage[row] = units * concession;
  rows.fills.reason[row] = reason;
}

/** Fills an order in both accounts. */
function fillBoth(rows: WorkingRows, order: Order, excursions: boolean): void {
  const { state } = rows;
  countHeldBars(state, order.bar);
  orderWithoutCosts(state, order.direction, order.reference);
  fill(rows, order, excursions);
  if (state[at.listsOrders] === 0) return;
  const row = state[at.orders]++;
  rows.orderBar[row] = order.bar - state[at.bars];
  rows.orderCash[row] = state[at.cash];
  rows.orderQuantity[row] = state[at.quantity];
  rows.orderGrossCash[row] = state[at.grossCash];
  rows.orderGrossQuantity[row] = state[at.grossQuantity];
}

/** The prices that excursions read besides the close, which stands in for those that there are not. */
function excursionPrices({ state, fill: fills, open, high, low, close }: WorkingRows): readonly Float64Array[] {
  // Orders at the open have the opens in their own row.
  const opens = state[at.fillsAtClose] === 0 ? fills : state[at.hasOpen] === 0 ? close : open;
  return [opens, state[at.hasHigh] === 0 ? close : high, state[at.hasLow] === 0 ? close : low];
}

/** Takes whole bars into the range of the open trade, one per call. */
function createWidening(rows: WorkingRows): (i: number) => void {
  const { state, close } = rows;
  const [open, high, low] = excursionPrices(rows);
  return (i) =>
    widen(state, Math.max(open[i], close[i], high[i], low[i]), Math.min(open[i], close[i], high[i], low[i]));
}

/**
 * Fills the orders of `count` bars and writes the equity at each close. Returns the first bar with a wrong direction.
 */
function simulate(rows: WorkingRows, count: number, excursions: boolean): number {
  const { state, directions, close, equity } = rows;
  const start = state[at.bars];
  const lowest = state[at.lowest];
  const highest = state[at.highest];
  const atClose = state[at.fillsAtClose] !== 0;
  const widenByBar = createWidening(rows);
  let pending = state[at.pending];
  let held = state[at.held];
  let cash = state[at.cash];
  let quantity = state[at.quantity];
  for (let i = 0; i < count; i++) {
    if (excursions && atClose) widenByBar(i);
    if (pending !== held) {
      const reference = rows.fill[i];
      if (excursions && !atClose) widen(state, reference, reference);
      fillBoth(rows, { direction: pending, reference, bar: start + i }, excursions);
      if (excursions && atClose) widen(state, reference, reference);
      held = pending;
      cash = state[at.cash];
      quantity = state[at.quantity];
    }
    if (excursions && !atClose) widenByBar(i);
    equity[i] = cash + quantity * close[i];
    const direction = directions[i];
    if (direction < -1 || direction > 1) return i;
    pending = Math.max(lowest, Math.min(direction, highest));
  }
  state[at.pending] = pending;
  state[at.held] = held;
  countHeldBars(state, start + count);
  return count;
}

function addReturns({ state, equity }: WorkingRows, count: number): void {
  let mean = state[at.mean];
  let squares = state[at.squares];
  let downside = state[at.downside];
  let sum = state[at.sum];
  let sumError = state[at.sumError];
  let previous = state[at.last];
  let returns = state[at.bars];
  for (let i = 0; i < count; i++) {
    const value = equity[i];
    const total = sum + value;
    sumError += Math.abs(sum) >= Math.abs(value) ? sum - total + value : value - total + sum;
    sum = total;
    if (returns > 0) {
      const gain = value / previous - 1;
      const deviation = gain - mean;
      mean += deviation / returns;
      squares += deviation * (gain - mean);
      if (gain < 0) downside += gain * gain;
    }
    returns++;
    previous = value;
  }
  state[at.mean] = mean;
  state[at.squares] = squares;
  state[at.downside] = downside;
  state[at.sum] = sum;
  state[at.sumError] = sumError;
  state[at.last] = previous;
}

function addDrawdowns({ state, equity }: WorkingRows, count: number): void {
  const start = state[at.bars];
  let maximum = state[at.maximum];
  let trough = state[at.trough];
  let drawdown = state[at.drawdown];
  for (let i = 0; i < count; i++) {
    const value = equity[i];
    if (value >= maximum) {
      maximum = value;
      trough = value;
      state[at.maximumBar] = start + i;
      // Below the maximum, no equity reaches the peak again.
      if (state[at.recoveryBar] < 0 && value >= state[at.peak]) state[at.recoveryBar] = start + i;
    } else if (value < trough) {
      // Only an equity below all others since the maximum can fall deeper than they did.
      trough = value;
      const fall = 1 - value / maximum;
      if (fall > drawdown) {
        drawdown = fall;
        state[at.peak] = maximum;
        state[at.peakBar] = state[at.maximumBar];
        state[at.troughBar] = start + i;
        state[at.recoveryBar] = -1;
      }
    }
  }
  state[at.maximum] = maximum;
  state[at.trough] = trough;
  state[at.drawdown] = drawdown;
}

/**
 * Adds `count` bars, as `assembly/account.ts` does, to the same bits. Returns the first bar whose direction is not -1,
 * 0 or 1, else `count`; after such a bar the state is incomplete.
 */
export function advancePlain(rows: WorkingRows, count: number, excursions: boolean): number {
  const { state } = rows;
  state[at.trades] = 0;
  state[at.fills] = 0;
  state[at.orders] = 0;
  const done = simulate(rows, count, excursions);
  if (done < count) return done;
  addReturns(rows, count);
  addDrawdowns(rows, count);
  state[at.bars] += count;
  return count;
}
