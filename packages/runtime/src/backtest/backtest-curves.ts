import type { BacktestFigures, BacktestResult, PortfolioCurve, SymbolAccount } from "@atc/backtest";
import { accountsOf } from "@atc/backtest";

/** Curves and trades of a backtest, to be read in portions. They may be in memory or in files. */
export interface BacktestCurves {
  /** The figures. */
  readonly figures: BacktestFigures;
  /** The computed symbols, sorted by UTF-16 code unit. */
  readonly accounts: readonly SymbolAccount[];
  /** The curve of the portfolio; undefined if no symbol could be computed. */
  readonly portfolio: PortfolioCurve | undefined;
}

/** The curves of a result that has arrays. */
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
