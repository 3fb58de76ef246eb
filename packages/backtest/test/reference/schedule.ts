import type { BacktestConfig } from "@atc/contract";

/** The UTC day, the Monday of the week, or the month of a time, as a text. */
function span(rebalance: "daily" | "weekly" | "monthly", time: number): string {
  const date = new Date(time);
  if (rebalance === "monthly") return date.toISOString().slice(0, 7);
  if (rebalance === "weekly") date.setUTCDate(date.getUTCDate() - ((date.getUTCDay() + 6) % 7));
  return date.toISOString().slice(0, 10);
}

/** Whether account time `index` is scheduled (section 6). */
export function schedule(rebalance: BacktestConfig["rebalance"], times: readonly number[], index: number): boolean {
  if (rebalance === "never") return false;
  if (rebalance === "everyBar") return true;
  if (rebalance === "daily" || rebalance === "weekly" || rebalance === "monthly")
    return index > 0 && span(rebalance, times[index] as number) !== span(rebalance, times[index - 1] as number);
  return index % Number(rebalance.slice("bars:".length)) === 0;
}
