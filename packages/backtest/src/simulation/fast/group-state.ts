import type { BacktestConfig } from "@atc/contract";
import { type AccountKey, orderTerms } from "./account-state.ts";

/** Accounts of a group: they advance together in the lanes of vectors. */
export const groupSize = 8;

/**
 * The members of a group's state, in the order of the enumeration `Member` in `assembly/records.ts`. Each is a double
 * per account.
 */
export const groupMembers = [
  "cash",
  "quantity",
  "lost",
  "last",
  "mean",
  "squares",
  "downside",
  "maximum",
  "trough",
  "drawdown",
  "fees",
  "traded",
  "closed",
  "heldBars",
  "pending",
  "held",
  "feeRate",
  "buyFactor",
  "sellFactor",
  "lowest",
  "highest",
  "target",
] as const;

/** A member of a group's state. */
export type GroupMember = (typeof groupMembers)[number];

/** The index of each member's first account in a group's state. */
export const memberAt = Object.fromEntries(groupMembers.map((name, index) => [name, index * groupSize])) as Readonly<
  Record<GroupMember, number>
>;

/** Doubles of a group's state. */
export const groupLength: number = groupMembers.length * groupSize;

/** The settings of one account. */
export interface AccountSettings extends Pick<BacktestConfig, AccountKey> {
  /** The return per bar below which a return counts as a loss. */
  readonly target: number;
}

/** Puts an account in cash, before its first bar, at its place in the state of a group of zeros. */
export function openGroupAccount(group: Float64Array, place: number, settings: AccountSettings): void {
  const { initialCapital, target } = settings;
  const { feeRate, slippageRate, lowest, highest } = orderTerms(settings);
  group[memberAt.cash + place] = initialCapital;
  // The first return is not counted; without it, the last equity is the capital.
  group[memberAt.last + place] = initialCapital;
  group[memberAt.maximum + place] = Number.NEGATIVE_INFINITY;
  group[memberAt.trough + place] = Number.POSITIVE_INFINITY;
  group[memberAt.feeRate + place] = feeRate;
  group[memberAt.buyFactor + place] = 1 + slippageRate;
  group[memberAt.sellFactor + place] = 1 - slippageRate;
  group[memberAt.lowest + place] = lowest;
  group[memberAt.highest + place] = highest;
  group[memberAt.target + place] = target;
}
