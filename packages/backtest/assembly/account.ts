/**
 * One account with its statistics. Arithmetic is in the same order as in `src/simulation/fast/plain-kernel.ts`, so
 * results are bit-identical.
 */
import { Account, bankruptcyReason, Row, rowLength, signalReason } from "./records";

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

/**
 * What orders of the current block count, as integers: a conversion of a double to an integer takes ten instructions in
 * V8. Bars count from the first of the block, which is negative for those before it.
 */
let trades: i32;
let fills: i32;
let orders: i32;
let entryBar: i32;
let since: i32;

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

/** Adds a closed trade to its statistics, without a branch for wins and losses, which nothing can predict. */
@inline
function countTrade(account: usize, profit: f64, gain: f64): void {
  const both = f64x2.replace_lane(f64x2.splat(profit), 1, -profit);
  const zero = f64x2.splat(0);
  const sides = f64x2.gt(both, zero);
  const money = f64x2.add(v128.load(account, offsetof<Account>("gained")), v128.and(both, sides));
  const returns = f64x2.add(v128.load(account, offsetof<Account>("winReturns")), v128.and(f64x2.splat(gain), sides));
  const counts = f64x2.add(v128.load(account, offsetof<Account>("wins")), v128.and(f64x2.splat(1), sides));
  v128.store(account, money, offsetof<Account>("gained"));
  v128.store(account, returns, offsetof<Account>("winReturns"));
  v128.store(account, counts, offsetof<Account>("wins"));
}

/** Writes the trade that an exit ends, and counts it. */
@inline
function endTrade<Excursions>(account: Account, rows: usize, price: f64, concession: f64, bar: i32, reason: u8): void {
  const index = <usize>(trades++);
  const row = rows + (index << 3);
  const whole = rows + (index << 2);
  const byte = rows + index;
  const held = account.quantity;
  const quantity = abs(held);
  const entryPrice = account.entryPrice;
  const fees = account.entryFee + quantity * price * account.feeRate;
  const profit = held * (price - entryPrice) - fees;
  const gain = profit / (quantity * entryPrice);
  store<f64>(row, quantity, Row.quantity * rowLength);
  store<f64>(row, entryPrice, Row.entryPrice * rowLength);
  store<f64>(row, price, Row.exitPrice * rowLength);
  store<f64>(row, fees, Row.fees * rowLength);
  store<f64>(row, account.entrySlippage + quantity * concession, Row.slippage * rowLength);
  store<f64>(row, profit, Row.profit * rowLength);
  store<f64>(row, gain, Row.gain * rowLength);
  store<i32>(whole, entryBar, Row.entryBar * rowLength);
  store<i32>(whole, bar, Row.exitBar * rowLength);
  store<i32>(whole, bar - entryBar, Row.barsHeld * rowLength);
  store<i8>(byte, held > 0 ? 1 : -1, Row.direction * rowLength);
  store<u8>(byte, reason, Row.reason * rowLength);
  if (isFloat<Excursions>()) {
    const top = greatest(account.top, price);
    const bottom = least(account.bottom, price);
    const best = held > 0 ? top / entryPrice - 1 : 1 - bottom / entryPrice;
    const worst = held > 0 ? bottom / entryPrice - 1 : 1 - top / entryPrice;
    store<f64>(row, entryPrice == 0 ? 0 : greatest(0, best), Row.mfe * rowLength);
    store<f64>(row, entryPrice == 0 ? 0 : least(0, worst), Row.mae * rowLength);
  }
  countTrade(changetype<usize>(account), profit, gain);
}

/** Adds the bars that closed with the position until `bar`. */
@inline
function countHeldBars(account: Account, bar: i32): void {
  const quantity = account.quantity;
  const bars = <f64>(bar - since);
  since = bar;
  if (quantity > 0) account.longBars += bars;
  else if (quantity < 0) account.shortBars += bars;
  if (quantity != 0) account.heldBars += bars;
}

/** Puts the whole equity into a direction at a reference price, as `src/account/account.ts` does. */
@inline
function fill<Excursions>(account: Account, rows: usize, direction: f64, reference: f64, bar: i32): void {
  const cash = account.cash;
  const quantity = account.quantity;
  const equity = cash + quantity * reference;
  if (equity <= 0 && account.lost == 0) {
    account.lost = 1;
    account.bankruptBar = account.bars + <f64>bar;
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
  entryBar = bar;
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
  const index = <usize>(fills++);
  const row = rows + (index << 3);
  store<i32>(rows + (index << 2), bar, Row.fillBar * rowLength);
  store<f64>(row, change, Row.fillQuantity * rowLength);
  store<f64>(row, price, Row.fillPrice * rowLength);
  store<f64>(row, fee, Row.fillFee * rowLength);
  store<f64>(row, units * concession, Row.fillSlippage * rowLength);
  store<u8>(rows + index, reason, Row.fillReason * rowLength);
}

/** Fills the order for `direction` at a reference price, in both accounts. */
function order<Excursions>(account: Account, rows: usize, direction: f64, reference: f64, bar: i32): void {
  countHeldBars(account, bar);
  orderWithoutCosts(account, direction, reference);
  fill<Excursions>(account, rows, direction, reference, bar);
  if (account.listsOrders == 0) return;
  const index = <usize>(orders++);
  const row = rows + (index << 3);
  store<i32>(rows + (index << 2), bar, Row.orderBar * rowLength);
  store<f64>(row, account.cash, Row.orderCash * rowLength);
  store<f64>(row, account.quantity, Row.orderQuantity * rowLength);
  store<f64>(row, account.grossCash, Row.orderGrossCash * rowLength);
  store<f64>(row, account.grossQuantity, Row.orderGrossQuantity * rowLength);
}

/** Takes prices into the range of the open trade. */
@inline
function widen(account: Account, highest: f64, lowest: f64): void {
  account.top = greatest(account.top, highest);
  account.bottom = least(account.bottom, lowest);
}

/** Takes a whole bar, given by the addresses of its prices, into the range of the open trade. */
@inline
function widenByBar(account: Account, openAt: usize, highAt: usize, lowAt: usize, closeAt: usize): void {
  const open = load<f64>(openAt);
  const high = load<f64>(highAt);
  const low = load<f64>(lowAt);
  const close = load<f64>(closeAt);
  widen(account, greatest(greatest(open, close), greatest(high, low)), least(least(open, close), least(high, low)));
}

/**
 * Adds `count` bars. `Excursions` is f64 if trades list them, else i32. Returns the
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
  const start = bar;
  trades = 0;
  fills = 0;
  orders = 0;
  entryBar = <i32>(account.entryBar - start);
  since = <i32>(account.since - start);
  let row = rows;
  const closes = rows + Row.close * rowLength;
  // Orders at the open have the opens in their own row.
  let openAt = !atClose ? rows + Row.fill * rowLength : account.hasOpen != 0 ? rows + Row.open * rowLength : closes;
  let highAt = account.hasHigh != 0 ? rows + Row.high * rowLength : closes;
  let lowAt = account.hasLow != 0 ? rows + Row.low * rowLength : closes;
  for (let i: usize = 0; i < count; i++) {
    if (isFloat<Excursions>() && atClose) widenByBar(account, openAt, highAt, lowAt, row + Row.close * rowLength);
    if (pending != held) {
      const reference = load<f64>(row, Row.fill * rowLength);
      if (isFloat<Excursions>() && !atClose) widen(account, reference, reference);
      order<Excursions>(account, rows, <f64>pending, reference, <i32>i);
      if (isFloat<Excursions>() && atClose) widen(account, reference, reference);
      held = pending;
      cash = account.cash;
      quantity = account.quantity;
    }
    if (isFloat<Excursions>() && !atClose) widenByBar(account, openAt, highAt, lowAt, row + Row.close * rowLength);
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
    if (isFloat<Excursions>()) {
      openAt += 8;
      highAt += 8;
      lowAt += 8;
    }
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
  countHeldBars(account, <i32>count);
  account.since = bar;
  account.entryBar = start + <f64>entryBar;
  account.closed += <f64>trades;
  account.trades = <f64>trades;
  account.fills = <f64>fills;
  account.orders = <f64>orders;
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
