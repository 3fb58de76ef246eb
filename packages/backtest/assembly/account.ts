/**
 * One account with its statistics. Arithmetic is in the same order as in `src/simulation/fast/plain-kernel.ts`, so
 * results are bit-identical.
 */
import { Account, bankruptcyReason, Row, rowLength, signalReason } from "./records";

/** The address of an element of `size` bytes in a row. */
@inline
function at(rows: usize, row: Row, index: usize, size: usize): usize {
  return rows + <usize>(row * rowLength) + index * size;
}

/** The lesser of two numbers, `a` if they are equal or not comparable; without the branches of `min`. */
@inline
function least(a: f64, b: f64): f64 {
  return f64x2.extract_lane(f64x2.pmin(f64x2.splat(a), f64x2.splat(b)), 0);
}

/** The greater of two numbers, `a` if they are equal or not comparable. */
@inline
function greatest(a: f64, b: f64): f64 {
  return f64x2.extract_lane(f64x2.pmax(f64x2.splat(a), f64x2.splat(b)), 0);
}

/** The account without costs follows the same directions. */
@inline
function orderWithoutCosts(account: Account, direction: f64, price: f64): void {
  const cash = account.grossCash;
  const quantity = account.grossQuantity;
  const equity = cash + quantity * price;
  if (equity <= 0) account.grossLost = 1;
  const target = account.grossLost != 0 ? 0 : (direction * equity) / price;
  const change = target - quantity;
  if (change == 0) return;
  account.grossCash = cash - change * price;
  account.grossQuantity = target;
}

/** Writes the trade that an exit ends, and counts it. */
@inline
function endTrade<Excursions>(account: Account, rows: usize, price: f64, concession: f64, bar: f64, reason: u8): void {
  const row = <usize>account.trades;
  account.trades = <f64>(row + 1);
  const held = account.quantity;
  const quantity = abs(held);
  const entryPrice = account.entryPrice;
  const fees = account.entryFee + quantity * price * account.feeRate;
  const profit = held * (price - entryPrice) - fees;
  const gain = profit / (quantity * entryPrice);
  const entryBar = account.entryBar;
  const start = account.bars;
  store<f64>(at(rows, Row.quantity, row, 8), quantity);
  store<f64>(at(rows, Row.entryPrice, row, 8), entryPrice);
  store<f64>(at(rows, Row.exitPrice, row, 8), price);
  store<f64>(at(rows, Row.fees, row, 8), fees);
  store<f64>(at(rows, Row.slippage, row, 8), account.entrySlippage + quantity * concession);
  store<f64>(at(rows, Row.profit, row, 8), profit);
  store<f64>(at(rows, Row.gain, row, 8), gain);
  store<i32>(at(rows, Row.entryBar, row, 4), entryBar < start ? -1 : <i32>(entryBar - start));
  store<i32>(at(rows, Row.exitBar, row, 4), <i32>(bar - start));
  store<i32>(at(rows, Row.barsHeld, row, 4), <i32>(bar - entryBar));
  store<i8>(at(rows, Row.direction, row, 1), held > 0 ? 1 : -1);
  store<u8>(at(rows, Row.reason, row, 1), reason);
  store<u8>(at(rows, Row.openTrade, row, 1), 0);
  if (isFloat<Excursions>()) {
    const top = greatest(account.top, price);
    const bottom = least(account.bottom, price);
    const best = held > 0 ? top / entryPrice - 1 : 1 - bottom / entryPrice;
    const worst = held > 0 ? bottom / entryPrice - 1 : 1 - top / entryPrice;
    store<f64>(at(rows, Row.mfe, row, 8), entryPrice == 0 ? 0 : greatest(0, best));
    store<f64>(at(rows, Row.mae, row, 8), entryPrice == 0 ? 0 : least(0, worst));
  }
  account.closed += 1;
  if (profit > 0) {
    account.wins += 1;
    account.gained += profit;
    account.winReturns += gain;
  } else if (profit < 0) {
    account.losses += 1;
    account.lostMoney -= profit;
    account.lossReturns += gain;
  }
}

/** Adds the bars that closed with the position until `bar`. */
@inline
function countHeldBars(account: Account, bar: f64): void {
  const quantity = account.quantity;
  const bars = bar - account.since;
  account.since = bar;
  if (quantity != 0) account.heldBars += bars;
  if (quantity > 0) account.longBars += bars;
  else if (quantity < 0) account.shortBars += bars;
}

/** Puts the whole equity into a direction at a reference price, as `src/account/account.ts` does. */
@inline
function fill<Excursions>(account: Account, rows: usize, direction: f64, reference: f64, bar: f64): void {
  const cash = account.cash;
  const quantity = account.quantity;
  const equity = cash + quantity * reference;
  if (equity <= 0 && account.lost == 0) {
    account.lost = 1;
    account.bankruptBar = bar;
  }
  const lost = account.lost != 0;
  const target = lost ? 0 : (direction * equity) / reference;
  const change = target - quantity;
  if (change == 0) return;
  const price = reference * (1 + (change > 0 ? account.slippageRate : -account.slippageRate));
  const units = abs(change);
  const notional = units * price;
  const fee = notional * account.feeRate;
  const concession = abs(price - reference);
  const reason = lost ? bankruptcyReason : signalReason;
  if (quantity != 0) endTrade<Excursions>(account, rows, price, concession, bar, reason);
  account.entryPrice = price;
  account.entryFee = abs(target) * price * account.feeRate;
  account.entrySlippage = abs(target) * concession;
  account.entryBar = bar;
  account.cash = cash - change * price - fee;
  account.quantity = target;
  account.fees += fee;
  account.slippage += units * concession;
  account.traded += notional;
  if (isFloat<Excursions>()) {
    account.top = price;
    account.bottom = price;
  }
  if (account.listsFills == 0) return;
  const row = <usize>account.fills;
  account.fills = <f64>(row + 1);
  store<i32>(at(rows, Row.fillBar, row, 4), <i32>(bar - account.bars));
  store<f64>(at(rows, Row.fillQuantity, row, 8), change);
  store<f64>(at(rows, Row.fillPrice, row, 8), price);
  store<f64>(at(rows, Row.fillFee, row, 8), fee);
  store<f64>(at(rows, Row.fillSlippage, row, 8), units * concession);
  store<u8>(at(rows, Row.fillReason, row, 1), reason);
}

/** Fills the order for `direction` at a reference price, in both accounts. */
function order<Excursions>(account: Account, rows: usize, direction: f64, reference: f64, bar: f64): void {
  countHeldBars(account, bar);
  orderWithoutCosts(account, direction, reference);
  fill<Excursions>(account, rows, direction, reference, bar);
  if (account.listsOrders == 0) return;
  const row = <usize>account.orders;
  account.orders = <f64>(row + 1);
  store<i32>(at(rows, Row.orderBar, row, 4), <i32>(bar - account.bars));
  store<f64>(at(rows, Row.orderCash, row, 8), account.cash);
  store<f64>(at(rows, Row.orderQuantity, row, 8), account.quantity);
  store<f64>(at(rows, Row.orderGrossCash, row, 8), account.grossCash);
  store<f64>(at(rows, Row.orderGrossQuantity, row, 8), account.grossQuantity);
}

/** Takes prices into the range of the open trade. */
@inline
function widen(account: Account, highest: f64, lowest: f64): void {
  account.top = greatest(account.top, highest);
  account.bottom = least(account.bottom, lowest);
}

/** Takes a whole bar into the range of the open trade; `row` is the address of its first row's price. */
@inline
function widenByBar(account: Account, row: usize): void {
  const open = load<f64>(row, Row.open * rowLength);
  const high = load<f64>(row, Row.high * rowLength);
  const low = load<f64>(row, Row.low * rowLength);
  const close = load<f64>(row, Row.close * rowLength);
  widen(account, greatest(greatest(open, close), greatest(high, low)), least(least(open, close), least(high, low)));
}

/**
 * Adds `count` bars. `Excursions` is f64 if trades list them, which needs every row of prices, else i32. Returns the
 * first bar whose direction is not -1, 0 or 1, else `count`; after such a bar the state is incomplete.
 */
function advance<Excursions>(account: Account, rows: usize, count: usize): usize {
  let bar = account.bars;
  let last = account.last;
  let mean = account.mean;
  let squares = account.squares;
  let downside = account.downside;
  let sum = account.sum;
  let sumError = account.sumError;
  let maximum = account.maximum;
  let trough = account.trough;
  let drawdown = account.drawdown;
  let cash = account.cash;
  let quantity = account.quantity;
  let pending = <i32>account.pending;
  let held = <i32>account.held;
  const lowest = <i32>account.lowest;
  const highest = <i32>account.highest;
  const atClose = account.fillsAtClose != 0;
  account.trades = 0;
  account.fills = 0;
  account.orders = 0;
  let row = rows;
  for (let i: usize = 0; i < count; i++) {
    if (isFloat<Excursions>() && atClose) widenByBar(account, row);
    if (pending != held) {
      const reference = load<f64>(row, Row.fill * rowLength);
      if (isFloat<Excursions>() && !atClose) widen(account, reference, reference);
      order<Excursions>(account, rows, <f64>pending, reference, bar);
      if (isFloat<Excursions>() && atClose) widen(account, reference, reference);
      held = pending;
      cash = account.cash;
      quantity = account.quantity;
    }
    if (isFloat<Excursions>() && !atClose) widenByBar(account, row);
    const direction = <i32>load<i8>(rows + i, Row.directions * rowLength);
    if (<u32>(direction + 1) > 2) return i;
    pending = max<i32>(lowest, min<i32>(direction, highest));
    const equity = cash + quantity * load<f64>(row, Row.close * rowLength);
    store<f64>(row, equity, Row.equity * rowLength);
    const total = sum + equity;
    sumError += abs(sum) >= abs(equity) ? sum - total + equity : equity - total + sum;
    sum = total;
    if (bar > 0) {
      const gain = equity / last - 1;
      const deviation = gain - mean;
      mean += deviation / bar; // as many returns as bars before this one
      squares += deviation * (gain - mean);
      const loss = least(0, gain);
      downside += loss * loss;
    }
    if (equity >= maximum) {
      maximum = equity;
      trough = equity;
      account.maximumBar = bar;
      // Below the maximum, no equity reaches the peak again.
      if (account.recoveryBar < 0 && equity >= account.peak) account.recoveryBar = bar;
    } else if (equity < trough) {
      // Only an equity below all others since the maximum can fall deeper than they did.
      trough = equity;
      const fall = 1 - equity / maximum;
      if (fall > drawdown) {
        drawdown = fall;
        account.peak = maximum;
        account.peakBar = account.maximumBar;
        account.troughBar = bar;
        account.recoveryBar = -1;
      }
    }
    last = equity;
    bar += 1;
    row += 8;
  }
  account.bars = bar;
  account.last = last;
  account.mean = mean;
  account.squares = squares;
  account.downside = downside;
  account.sum = sum;
  account.sumError = sumError;
  account.maximum = maximum;
  account.trough = trough;
  account.drawdown = drawdown;
  account.pending = <f64>pending;
  account.held = <f64>held;
  countHeldBars(account, bar);
  return count;
}

/** Adds `count` bars; trades list no excursions. */
export function advanceAccount(account: usize, rows: usize, count: usize): usize {
  return advance<i32>(changetype<Account>(account), rows, count);
}

/** Adds `count` bars; trades list their excursions. */
export function advanceWithExcursions(account: usize, rows: usize, count: usize): usize {
  return advance<f64>(changetype<Account>(account), rows, count);
}
