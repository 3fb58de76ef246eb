import type { CurveReader, Period, PortfolioCurve, StrategyDescription } from "@atc/backtest";
import type { BacktestConfig, Dataset } from "@atc/contract";
import type { BacktestCurves } from "../backtest/backtest-curves.ts";
import type { OpenRun } from "../backtest/run-backtest.ts";
import type { Runtime } from "../wiring/runtime.ts";

/** A backtest whose curves and data are open, with what is needed to read its prices and simulate it again. */
export interface JudgedRun {
  readonly dataset: Dataset;
  /** The simulation, complete. */
  readonly config: BacktestConfig;
  readonly strategy: StrategyDescription;
  readonly period: Period | undefined;
  readonly limit: number | undefined;
  /** The computed symbols, one or more, sorted by UTF-16 code unit. */
  readonly symbols: readonly string[];
  readonly curves: BacktestCurves;
  readonly portfolio: PortfolioCurve;
}

/** The bars of a symbol with its decisions. */
export function decisionsOf({ curves, symbols }: JudgedRun, symbol: string): CurveReader {
  const { accounts, decisions } = curves;
  if (decisions !== undefined) return decisions(symbol);
  const account = accounts[symbols.indexOf(symbol)];
  if (account === undefined) throw new RangeError(`the run has no symbol "${symbol}"`);
  return account.curves;
}

/** The run to judge; undefined if no symbol could be computed. */
export function judgedRun({ config: { limit } }: Pick<Runtime, "config">, run: OpenRun): JudgedRun | undefined {
  const { backtest, opened, config, strategy, period } = run;
  const { curves } = backtest;
  if (curves?.portfolio === undefined) return undefined;
  const symbols = curves.shared?.symbols ?? curves.accounts.map(({ figures }) => figures.symbol);
  const { portfolio } = curves;
  return { dataset: opened.dataset, config, strategy, period, limit, symbols, curves, portfolio };
}
