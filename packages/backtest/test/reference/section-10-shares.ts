import type { Holding, State } from "./account-state.ts";
import { volatilityAt } from "./volatility.ts";

/** Index of the latest bar before now: a symbol that has a bar now has one more. */
function latestBefore({ times, index }: State, { bars, bar }: Holding): number {
  return bars[bar]?.time === times[index] ? bar - 1 : bar;
}

function inverse(state: State, holding: Holding): number | undefined {
  const u = latestBefore(state, holding);
  const vol = u < 0 ? undefined : volatilityAt(holding.bars, u, state.config.volatilityLookback);
  return vol === undefined ? undefined : 1 / vol;
}

/** The share of the account that a symbol may use; undefined if it is unknown. */
export function share(state: State, holding: Holding): number | undefined {
  const { account, weights, maxPositions } = state.config;
  if (account === "separate" || weights === "full") return 1;
  const listed = state.holdings.filter(({ isListed }) => isListed);
  const slots = maxPositions > 0 ? Math.min(listed.length, maxPositions) : listed.length;
  if (weights === "equal") return 1 / slots;
  if (weights !== "inverseVolatility") return weights[holding.symbol] ?? 0;
  const own = inverse(state, holding);
  if (own === undefined) return undefined;
  const known = listed.map((one) => inverse(state, one)).filter((value) => value !== undefined);
  const mean = known.reduce((sum, value) => sum + value, 0) / known.length;
  return own / mean / slots;
}
