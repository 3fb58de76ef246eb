import { AtcError } from "@atc/contract";
import type { RunBacktestOptions } from "../backtest/run-backtest.ts";

/** How samples are drawn. */
export interface LuckOptions {
  /** Samples of each test, 1 to 1,000,000. Default: 1,000. */
  readonly samples?: number | undefined;
  /** From 0 to 2^53 - 1. Default: 1. */
  readonly seed?: number | undefined;
  /** Mean bar returns of a block of the bootstrap. Default: the square root of their number, rounded down. */
  readonly block?: number | undefined;
  /** The fall, a part of 1, from which on a path of trades counts as ruined. Default: 0.5. */
  readonly ruin?: number | undefined;
  /**
   * Bars of each symbol before which no random trade is entered, at most those before its first trade. Default: these.
   */
  readonly warmup?: number | undefined;
}

/** The backtest to judge, and how it is judged. */
export interface ValidateOptions
  extends LuckOptions,
    Omit<RunBacktestOptions, "curves" | "columns" | "recorded" | "decisions" | "fills"> {}

/** Valid options with defaults filled in. */
export interface LuckSettings {
  readonly samples: number;
  readonly seed: number;
  readonly block: number | undefined;
  readonly ruin: number;
  readonly warmup: number | undefined;
}

/** The most samples of a test: each takes up to 40 bytes, and 16 per symbol. */
const mostSamples = 1_000_000;

function invalid(name: string, value: number, allowed: string): AtcError {
  return new AtcError("ATC_INVALID_CONFIG", `${name} is ${value}; give ${allowed}`, {
    details: { faults: [{ path: name, value: String(value), allowed }] },
  });
}

/**
 * Checks options before any data is read.
 *
 * @throws ATC_INVALID_CONFIG
 */
export function luckSettings({ samples = 1000, seed = 1, block, ruin = 0.5, warmup }: LuckOptions): LuckSettings {
  if (!(Number.isSafeInteger(samples) && samples >= 1 && samples <= mostSamples))
    throw invalid("samples", samples, `a whole number from 1 to ${mostSamples}`);
  if (!(Number.isSafeInteger(seed) && seed >= 0)) throw invalid("seed", seed, "a whole number from 0 to 2^53 - 1");
  if (block !== undefined && !(Number.isSafeInteger(block) && block >= 1))
    throw invalid("block", block, "a whole number of 1 or more");
  if (!(ruin > 0 && ruin <= 1)) throw invalid("ruin", ruin, "a part of the peak above 0, at most 1");
  if (warmup !== undefined && !(Number.isSafeInteger(warmup) && warmup >= 0))
    throw invalid("warmup", warmup, "a whole number of 0 or more");
  return { samples, seed, block, ruin, warmup };
}

/**
 * Checks a block against the bar returns of the run. With few blocks, samples are the run itself, and any test passes.
 *
 * @throws ATC_INVALID_CONFIG
 */
export function checkBlock(block: number | undefined, returns: number): void {
  if (block === undefined || block <= Math.max(1, Math.floor(returns / 2))) return;
  throw invalid("block", block, `at most ${Math.max(1, Math.floor(returns / 2))}, half of the ${returns} bar returns`);
}
