/**
 * The state of one account between blocks. `src/simulation/fast/account-state.ts` lists the same members in the same
 * order; a test compares them.
 */
@unmanaged
export class Account {
  /** Bars so far, and the statistics of `src/statistics/equity-statistics.ts`. */
  bars: f64;
  last: f64;
  mean: f64;
  squares: f64;
  downside: f64;
  sum: f64;
  sumError: f64;
  maximum: f64;
  maximumBar: f64;
  drawdown: f64;
  peak: f64;
  peakBar: f64;
  troughBar: f64;
  recoveryBar: f64;
  /** The lowest equity since the maximum. */
  trough: f64;
  /** The account with costs, and the one without. */
  cash: f64;
  quantity: f64;
  lost: f64;
  grossCash: f64;
  grossQuantity: f64;
  grossLost: f64;
  /** The bar of the fill at which the account was lost; -1 if it was not. */
  bankruptBar: f64;
  fees: f64;
  slippage: f64;
  traded: f64;
  /** Bars that closed with a position, until the last order; the current position began to count at bar `since`. */
  heldBars: f64;
  longBars: f64;
  shortBars: f64;
  since: f64;
  /** The direction decided at the last close, and the one of the last order. */
  pending: f64;
  held: f64;
  /** Settings. */
  feeRate: f64;
  slippageRate: f64;
  lowest: f64;
  highest: f64;
  fillsAtClose: f64;
  /** Whether excursions read the rows of these prices; else they read the close instead. */
  hasOpen: f64;
  hasHigh: f64;
  hasLow: f64;
  listsFills: f64;
  listsOrders: f64;
  /** The open trade. */
  entryPrice: f64;
  entryFee: f64;
  entrySlippage: f64;
  entryBar: f64;
  top: f64;
  bottom: f64;
  /** Statistics of the closed trades. */
  closed: f64;
  wins: f64;
  losses: f64;
  gained: f64;
  lostMoney: f64;
  winReturns: f64;
  lossReturns: f64;
  /** Rows of trades, fills and orders written for the current block. */
  trades: f64;
  fills: f64;
  orders: f64;
}

/** Bars of a block, at most. */
export const blockLength: i32 = 4096;

/** Bytes of a row: a block, and 64 more, so that rows do not all begin at the same offset of a page. */
export const rowLength: i32 = 64 + 8 * blockLength;

/** The rows, in order. `src/simulation/fast/working-rows.ts` lists the same; a test compares them. */
export const enum Row {
  directions,
  fill,
  close,
  open,
  high,
  low,
  equity,
  quantity,
  entryPrice,
  exitPrice,
  fees,
  slippage,
  profit,
  gain,
  mae,
  mfe,
  entryTime,
  exitTime,
  entryBar,
  exitBar,
  barsHeld,
  direction,
  reason,
  openTrade,
  fillBar,
  fillTime,
  fillQuantity,
  fillPrice,
  fillFee,
  fillSlippage,
  fillReason,
  orderBar,
  orderCash,
  orderQuantity,
  orderGrossCash,
  orderGrossQuantity,
}

/** The indices of `src/account/reasons.ts` that orders of this account may have. */
export const signalReason: u8 = 0;
export const bankruptcyReason: u8 = 7;

/** Accounts of a group: four vectors of two. */
export const groupSize: i32 = 8;

/**
 * The state of a group between blocks: for each member the doubles of its eight accounts.
 * `src/simulation/fast/group-state.ts` lists the same members in the same order; a test compares them.
 */
export const enum Member {
  cash,
  quantity,
  lost,
  last,
  mean,
  squares,
  downside,
  maximum,
  trough,
  drawdown,
  fees,
  traded,
  closed,
  heldBars,
  pending,
  held,
  feeRate,
  buyFactor,
  sellFactor,
  lowest,
  highest,
  target,
}

/** Bytes between the members of a group. */
export const memberStride: i32 = 8 * groupSize;

/** Bytes of a group. */
export const groupLength: i32 = (Member.target + 1) * memberStride;

/** Bytes of a row of directions: two before the block, at the end of the first 16 bytes, and the block. */
export const directionStride: i32 = 16 + blockLength + 64;

/** Bars of a span, whose orders are filled before its equities follow. */
export const spanLength: i32 = 64;

/** Bytes of what two accounts hold after an order: money and quantity of the first one, and of the second. */
export const slotLength: usize = 32;
export const slotShift: i32 = 5;

/** Bytes of what two accounts hold in a span: before its first order, and after each. */
export const pairSlots: usize = slotLength * <usize>(spanLength + 1);

/** The work of a span: its returns from byte 0, sums that are not read, the bars of orders, the last of them, ... */
export const unreadSums: usize = 8 * <usize>(groupSize * spanLength);
export const masksAt: usize = 2 * unreadSums;
export const sinceAt: usize = masksAt + 8 * <usize>groupSize;

/** Bytes of an account's distances of slots. */
export const rowOfIndexes: usize = 2 * <usize>spanLength;

/** ... by account and bar the number of orders in the span so far, and by pair what its accounts hold. */
export const indexesAt: usize = sinceAt + 8 * <usize>groupSize;
export const slotsAt: usize = indexesAt + rowOfIndexes * <usize>groupSize;

/** Bytes of it all. */
export const workLength: usize = slotsAt + pairSlots * <usize>(groupSize >> 1);
