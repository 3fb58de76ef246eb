import type { BacktestConfig } from "@atc/contract";

/** The members of a state, in the order of the class `Account` in `assembly/records.ts`; each is a double. */
export const accountMembers = [
  "bars",
  "last",
  "mean",
  "squares",
  "downside",
  "sum",
  "sumError",
  "maximum",
  "maximumBar",
  "drawdown",
  "peak",
  "peakBar",
  "troughBar",
  "recoveryBar",
  "trough",
  "cash",
  "quantity",
  "lost",
  "grossCash",
  "grossQuantity",
  "grossLost",
  "bankruptBar",
  "fees",
  "slippage",
  "traded",
  "heldBars",
  "longBars",
  "shortBars",
  "since",
  "pending",
  "held",
  "feeRate",
  "slippageRate",
  "lowest",
  "highest",
  "fillsAtClose",
  "hasOpen",
  "hasHigh",
  "hasLow",
  "listsFills",
  "listsOrders",
  "entryPrice",
  "entryFee",
  "entrySlippage",
  "entryBar",
  "top",
  "bottom",
  "closed",
  "wins",
  "losses",
  "gained",
  "lostMoney",
  "winReturns",
  "lossReturns",
  "trades",
  "fills",
  "orders",
] as const;

type Member = (typeof accountMembers)[number];

/** The index of each member of a state. */
export const accountAt = Object.fromEntries(accountMembers.map((name, index) => [name, index])) as Readonly<
  Record<Member, number>
>;

/** What a configuration makes of orders. */
export interface OrderTerms {
  readonly feeRate: number;
  readonly slippageRate: number;
  /** The lowest and the highest direction. */
  readonly lowest: number;
  readonly highest: number;
}

/** The terms of a configuration. */
export function orderTerms({ feeBps, slippageBps, side }: Pick<BacktestConfig, AccountKey>): OrderTerms {
  return {
    feeRate: feeBps / 10_000,
    slippageRate: slippageBps / 10_000,
    lowest: side === "long" ? 0 : -1,
    highest: side === "short" ? 0 : 1,
  };
}

/** The state of an account in cash before its first bar. */
export function openState(config: Pick<BacktestConfig, AccountKey>): Float64Array {
  const state = new Float64Array(accountMembers.length);
  const set = (values: Partial<Record<Member, number>>): void => {
    for (const [name, value] of Object.entries(values)) state[accountAt[name as Member]] = value;
  };
  set({ maximum: Number.NEGATIVE_INFINITY, peak: Number.POSITIVE_INFINITY, trough: Number.POSITIVE_INFINITY });
  set({ maximumBar: -1, peakBar: -1, troughBar: -1, recoveryBar: -1, bankruptBar: -1 });
  set({ cash: config.initialCapital, grossCash: config.initialCapital });
  set({ ...orderTerms(config) });
  return state;
}

/** The keys of a configuration that an account of this folder reads besides `fill`. */
export type AccountKey = "initialCapital" | "feeBps" | "slippageBps" | "side";
