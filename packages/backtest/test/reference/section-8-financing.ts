import type { State } from "./account-state.ts";

const msPerYear = 365.25 * 86_400_000;

/** Interest and borrow cost since the last account time. */
export function accrue(state: State): void {
  const { config, times, index, holdings } = state;
  if (index === 0) return;
  const dt = ((times[index] as number) - (times[index - 1] as number)) / msPerYear;
  const shorts = holdings.reduce((sum, { quantity, lastClose }) => sum + Math.max(0, -quantity * lastClose), 0);
  const free = state.cash - shorts;
  const earned = free > 0 ? free * config.cashRate * dt : 0;
  const paid = free < 0 ? -free * config.marginRate * dt : 0;
  const borrowed = shorts * config.borrowRate * dt;
  state.cash += earned - paid - borrowed;
  state.cashInterest += earned;
  state.marginInterest += paid;
  state.borrowCost += borrowed;
}
