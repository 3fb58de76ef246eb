import type { BacktestConfig } from "@atc/contract";
import { isoTime, type TimeUnit, yearsBetween } from "../base/calendar.ts";
import { positionSizing } from "../base/position-sizing.ts";
import type { SimulatedAccount } from "../simulation/account-rows.ts";
import type { Metrics } from "../statistics/metrics.ts";
import type { SplitScan } from "./split-scan.ts";

/** What the warnings of the data depend on. */
export interface DataWarningsInput {
  /** Number of valid bars that the strategy saw, those before the period included. */
  readonly seenBars: number;
  /** Unit of all times. */
  readonly timeUnit: TimeUnit;
  /** Jumps of the close. */
  readonly splits: SplitScan;
  /** Number of bars left out. */
  readonly skippedBars: number;
  /** Messages of the strategy. */
  readonly strategy: readonly string[];
}

/** What the warnings of an account depend on. */
export interface AccountWarningsInput {
  /** The account after the last bar. */
  readonly account: SimulatedAccount;
  /** Unit of all times. */
  readonly timeUnit: TimeUnit;
  /** The configuration. */
  readonly config: BacktestConfig;
}

/** The argument of {@link warningsOf}. */
export interface WarningsInput extends DataWarningsInput, AccountWarningsInput {}

const shortestSpanDays = 30;
const grouped = new Intl.NumberFormat("en-US", { maximumFractionDigits: 2 });

/** An amount of money; from 1e15 on a power of ten. */
function amount(value: number): string {
  return Math.abs(value) < 1e15 ? grouped.format(value) : value.toExponential(1);
}

/** A price with at most six significant digits. */
function price(value: number): string {
  return String(Number(value.toPrecision(6)));
}

function percent(share: number): string {
  return `${share < 1e13 ? (100 * share).toFixed(share < 0.1 ? 1 : 0) : (100 * share).toExponential(1)} %`;
}

/** The beginning of the warnings that make all other figures of an account meaningless. */
export const lossWarning = "the account was lost";

/**
 * The warnings, preceded by that of an equity of zero or less at a close. A short loses its account if the price
 * doubles, even if the price is back before the next fill. A drawdown of 1 or more shows it, so that results are
 * checked that an earlier release computed and stored.
 */
export function withLossWarning(warnings: readonly string[], metrics: Metrics): readonly string[] {
  const { maxDrawdown, maxDrawdownTrough } = metrics;
  if (maxDrawdown === null || maxDrawdown < 1 || maxDrawdownTrough === null) return warnings;
  const level = maxDrawdown === 1 ? "zero" : "below zero";
  const warning = `${lossWarning}: its equity was ${level} at the close of ${maxDrawdownTrough}, a drawdown of ${grouped.format(100 * maxDrawdown)} %; the figures assume that nobody closed it, so check that price and do not rely on them`;
  return warnings.includes(warning) ? warnings : [warning, ...warnings];
}

function lossOf({ account, timeUnit }: AccountWarningsInput): readonly string[] {
  if (account.bankruptAt === undefined) return [];
  return [
    `${lossWarning}: nothing was left at the fill of ${isoTime(account.bankruptAt, timeUnit)}, and nothing was traded afterwards`,
  ];
}

function skippedOf({ seenBars, skippedBars }: DataWarningsInput): readonly string[] {
  if (skippedBars === 0) return [];
  return [`${skippedBars} of ${seenBars + skippedBars} bars left out: a price is missing, zero or negative`];
}

/** Shares of a shared account that add up to more than its orders may reach. */
function sharesOf({ config }: AccountWarningsInput): readonly string[] {
  const { account, weights, maxLeverage } = config;
  const { sizing, size } = positionSizing(config);
  if (account !== "shared" || typeof weights === "string") return [];
  // Under other sizings the notional follows more than shares.
  if (sizing !== "allIn" && sizing !== "fixedFraction") return [];
  const factor = sizing === "allIn" ? 1 : size;
  const sum = factor * Object.values(weights).reduce((total, share) => total + share, 0);
  if (sum <= maxLeverage * (1 + 1e-9)) return [];
  return [
    `weights${factor === 1 ? "" : ` times the size ${factor}`} add up to ${Number(sum.toPrecision(6))}, more than the maxLeverage of ${maxLeverage}: orders beyond it are scaled down, so which symbol gets its share depends on the order of entries; raise maxLeverage, or make the weights smaller`,
  ];
}

function figuresOf({ account, timeUnit, config }: AccountWarningsInput): readonly string[] {
  const warnings: string[] = [];
  const feeShare = account.fees / config.initialCapital;
  if (feeShare > 0.5)
    warnings.push(
      `fees of ${amount(account.fees)} took ${percent(feeShare)} of the starting capital of ${amount(config.initialCapital)}: the strategy trades too often for fees of ${config.feeBps} bps`,
    );
  const days = yearsBetween(account.firstTime, account.lastTime, timeUnit) * 365.25;
  if (days < shortestSpanDays)
    warnings.push(
      `the data span ${grouped.format(days)} days: under ${shortestSpanDays} days, yearly figures (cagr, volatility, sharpe, sortino, calmar, turnover) are unreliable`,
    );
  return warnings;
}

function splitOf({ splits, timeUnit }: DataWarningsInput): readonly string[] {
  if (splits.first === undefined) return [];
  const { time, from, to } = splits.first;
  const others = splits.count === 1 ? "" : `, the first of ${splits.count} such jumps`;
  const isUnit = Math.abs(Math.abs(Math.log(to / from)) - Math.log(100)) < 0.1;
  const likeness = isUnit ? "a split or a change of units; make prices of one unit, or" : "a split;";
  return [
    `the close goes from ${price(from)} to ${price(to)} at ${isoTime(time, timeUnit)}${others}: it looks like ${likeness} use adjusted prices if it is one`,
  ];
}

/** The warnings of a symbol and its account, with their figures, most serious first. */
export function warningsOf(input: WarningsInput): readonly string[] {
  return [...lossOf(input), ...skippedOf(input), ...figuresOf(input), ...input.strategy, ...splitOf(input)];
}

/** The warnings of the data of a symbol that shares its account. */
export function dataWarnings(input: DataWarningsInput): readonly string[] {
  return [...skippedOf(input), ...input.strategy, ...splitOf(input)];
}

/** The warnings of an account that many symbols share. */
export function accountWarnings(input: AccountWarningsInput): readonly string[] {
  return [...lossOf(input), ...sharesOf(input), ...figuresOf(input)];
}
