import { isoTime, type TimeUnit } from "../base/calendar.ts";
import type { AccountTotals } from "../results/symbol-result.ts";
import type { SimulatedAccount } from "../simulation/account-rows.ts";

/** The totals of an account of `capital`, apart from the return of holding. */
export function accountTotals(
  account: SimulatedAccount,
  capital: number,
  unit: TimeUnit,
): Omit<AccountTotals, "buyAndHold"> {
  const { heldBars, longBars, shortBars, traded, bankruptAt } = account;
  const { fees, slippage, borrowCost, marginInterest, cashInterest } = account;
  return {
    heldBars,
    longBars,
    shortBars,
    traded,
    grossReturn: account.grossEquity / capital - 1,
    costs: { fees, slippage, borrowCost, marginInterest, cashInterest },
    bankruptAt: bankruptAt === undefined ? null : isoTime(bankruptAt, unit),
  };
}
