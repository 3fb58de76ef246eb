/**
 * Money, one position, and the costs of its fills. It is a plain record, so that the simulator's loop keeps `cash` and
 * `quantity` in registers between fills.
 */
export interface Account {
  /** Money. Costs may take it slightly below zero. */
  cash: number;
  /** Units held; negative for a short position. */
  quantity: number;
  /** Whether the equity was used up at a fill. Nothing is traded afterwards. */
  bankrupt: boolean;
  /** Sum of fees. */
  fees: number;
  /** Sum of the absolute notional of every fill. */
  traded: number;
  /** Price of the last fill. */
  fillPrice: number;
  /** Units held before the last fill. */
  quantityBefore: number;
  /** Fee per unit of notional. */
  readonly feeRate: number;
  /** Slippage per unit of price. */
  readonly slippageRate: number;
}

/** Creates an account that holds only money. */
export function openAccount(capital: number, feeBps: number, slippageBps: number): Account {
  return {
    cash: capital,
    quantity: 0,
    bankrupt: false,
    fees: 0,
    traded: 0,
    fillPrice: 0,
    quantityBefore: 0,
    feeRate: feeBps / 10_000,
    slippageRate: slippageBps / 10_000,
  };
}

/**
 * Puts the whole equity into a direction at a reference price, by `docs/backtest-spec.md`, "Fills and costs". Returns
 * whether anything was traded.
 */
export function rebalance(account: Account, direction: number, reference: number): boolean {
  const { cash, quantity } = account;
  const equity = cash + quantity * reference;
  if (equity <= 0) account.bankrupt = true;
  const target = account.bankrupt ? 0 : (direction * equity) / reference;
  const change = target - quantity;
  if (change === 0) return false;
  const price = reference * (1 + (change > 0 ? account.slippageRate : -account.slippageRate));
  const notional = Math.abs(change) * price;
  const fee = notional * account.feeRate;
  account.cash = cash - change * price - fee;
  account.quantity = target;
  account.fees += fee;
  account.traded += notional;
  account.fillPrice = price;
  account.quantityBefore = quantity;
  return true;
}
