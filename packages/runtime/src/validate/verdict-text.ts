import type { LuckTest } from "@atc/sweep";
import type { BacktestTests } from "./backtest-tests.ts";

/** The rule of the verdict. */
export const verdictRule =
  "a backtest survives if p of random entries is at most 0.025, p of the bootstrap at most 0.05, and its costs could be at least twice as high before nothing is left; it must have been chosen before it was seen";

function probability(p: number): string {
  return p < 0.0001 ? p.toExponential(1) : String(Number(p.toPrecision(2)));
}

/** Why random entries have no result, or what they found. */
function entriesText({ randomEntry }: BacktestTests): string {
  if (randomEntry === undefined) return "no trade is closed, so entries cannot be tested";
  return `the same trades entered at random did as well with p = ${probability(randomEntry.p)}, above 0.025`;
}

function bootstrapText({ bootstrap }: BacktestTests): string {
  if (bootstrap === undefined)
    return "there are fewer than 3 bar returns, or the account lost everything, so returns cannot be tested";
  return `bar returns without a gain reach its mean with p = ${probability(bootstrap.p)}, above 0.05`;
}

function costsText({ costs }: BacktestTests): string {
  if (costs === undefined) return "no account could be simulated with other costs";
  if (costs.breakEven !== undefined)
    return `nothing is left at ${Number(costs.breakEven.toPrecision(3))} times its costs, below 2`;
  return (costs.totalReturn[0] ?? 0) > 0
    ? "it trades without costs, so it does not show what costs leave"
    : "it gains nothing even without costs";
}

const texts: Readonly<Record<LuckTest, (tests: BacktestTests) => string>> = {
  randomEntry: entriesText,
  bootstrap: bootstrapText,
  costs: costsText,
};

/** The answer in one sentence. */
export function verdictSentence(tests: BacktestTests, failed: readonly LuckTest[]): string {
  if (failed.length === 0) return "survives: luck alone rarely does as well, and its costs could be twice as high";
  return `luck is not excluded: ${failed.map((test) => texts[test](tests)).join("; ")}`;
}
