import type { Period } from "@atc/backtest";
import type { SweepConfiguration } from "@atc/sweep";
import type { EvaluationOptions } from "./evaluation.ts";

/** Configurations whose portfolios' bar returns are wanted, over the same symbols. */
export interface ReturnUnit {
  /** Complete and valid configurations. */
  readonly configurations: readonly SweepConfiguration[];
  /** The symbols, sorted by UTF-16 code unit. */
  readonly symbols: readonly string[];
  /** The most bars per symbol, counted from the last one; undefined for all. */
  readonly limit: number | undefined;
  /** The time in which accounts trade; undefined for all. */
  readonly period: Period | undefined;
}

/** The bar returns of one configuration's portfolio. */
export interface PortfolioReturns {
  /** The place of the configuration in the unit. */
  readonly place: number;
  /** The first time of the portfolio, which has no return. */
  readonly firstTime: bigint;
  /** The last time, in the same unit. */
  readonly lastTime: bigint;
  /** Years from the first time to the last. */
  readonly years: number;
  /** A return per time after the first: equity / equity before it - 1, as a backtest has them in every bit. */
  readonly returns: Float64Array<ArrayBuffer>;
}

/**
 * Computes the bar returns of a unit's portfolios, in any order. A configuration whose backtest would have no portfolio
 * is left out. An error that is not of one configuration is thrown.
 */
export type ReturnEvaluator = (unit: ReturnUnit, options: EvaluationOptions) => Promise<readonly PortfolioReturns[]>;
