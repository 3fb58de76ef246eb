import type { BacktestFigures, BacktestResult, PortfolioCurve, SymbolAccount } from "@atc/backtest";
import { accountsOf } from "@atc/backtest";

/** Curves and trades of a backtest, wherever they lie, to be read in portions. */
export interface BacktestCurves {
  /** The figures. */
  readonly figures: BacktestFigures;
  /** The computed symbols, sorted by UTF-16 code unit. */
  readonly accounts: readonly SymbolAccount[];
  /** The portfolio's curve; undefined if no symbol could be computed. */
  readonly portfolio: PortfolioCurve | undefined;
}

/** The curves of a result in arrays. */
export function curvesOfResult(result: BacktestResult): BacktestCurves {
  const { symbols, portfolio } = result;
  const accounts = accountsOf(symbols);
  if (portfolio === undefined) return { figures: result, accounts, portfolio };
  const { timeUnit, times, equity } = portfolio;
  return {
    figures: result,
    accounts,
    portfolio: {
      timeUnit,
      length: times.length,
      read(row, intoTimes, intoEquity) {
        intoTimes.set(times.subarray(row, row + intoTimes.length));
        intoEquity.set(equity.subarray(row, row + intoEquity.length));
      },
    },
  };
}
