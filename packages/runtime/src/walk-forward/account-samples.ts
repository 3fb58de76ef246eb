import { yearsBetween } from "@atc/backtest";
import type { AtcConfig } from "@atc/config";
import { type ReturnBootstrap, returnBootstrap } from "@atc/sweep";
import type { StitchedRun } from "./walk-forward-outcome.ts";

/** Steps of the bootstrap, which take about a second; fewer samples than the least say nothing. */
const mostSteps = 2e8;
const mostSamples = 1000;
const fewestSamples = 100;

/** What the bar returns of a walk-forward's account might have come to in another order. */
export interface AccountSamplesOptions {
  /** The configuration of the walk-forward. */
  readonly config: Pick<AtcConfig, "riskFreeRate" | "barsPerYear">;
  /** Seed of the random numbers, from 0 to 2^53 - 1. Default: 1. */
  readonly seed?: number | undefined;
}

/**
 * The returns of the account over all tests, drawn again in blocks: 1,000 samples, or fewer for more than 200,000 bars.
 * Undefined for fewer than three or more than 2,000,000 of them, and for equity that is not above 0 at every close.
 */
export function accountSamples(
  { times, equity, timeUnit }: StitchedRun,
  { config: { riskFreeRate, barsPerYear }, seed = 1 }: AccountSamplesOptions,
): ReturnBootstrap | undefined {
  const samples = Math.min(mostSamples, Math.floor(mostSteps / Math.max(1, equity.length)));
  if (samples < fewestSamples) return undefined;
  const years = equity.length === 0 ? 0 : yearsBetween(times[0] as bigint, times.at(-1) as bigint, timeUnit);
  return returnBootstrap({ equity, years, riskFreeRate, barsPerYear, samples, seed });
}
