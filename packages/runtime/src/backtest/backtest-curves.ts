import type {
  BacktestFigures,
  BacktestResult,
  BarColumn,
  CurveReader,
  PortfolioCurve,
  SharedAccount,
  SymbolAccount,
} from "@atc/backtest";
import { accountsOf, readerOfArrays } from "@atc/backtest";

/** Curves and trades of a backtest, to be read in portions. They may be in memory or in files. */
export interface BacktestCurves {
  /** The figures. */
  readonly figures: BacktestFigures;
  /** The computed symbols, sorted by UTF-16 code unit; none if they share an account. */
  readonly accounts: readonly SymbolAccount[];
  /** The requested columns of bars. The curves may have others. */
  readonly columns: readonly BarColumn[];
  /** The shared account; undefined if accounts are separate or no symbol could be computed. */
  readonly shared: SharedAccount | undefined;
  /** Reads the times and decisions of a symbol of the shared account, after a run that recorded them. */
  readonly decisions?: (symbol: string) => CurveReader;
  /** The curve of the portfolio; undefined if no symbol could be computed. */
  readonly portfolio: PortfolioCurve | undefined;
}

/** The curve of a shared account. */
export function curveOfAccount(curves: CurveReader, timeUnit: PortfolioCurve["timeUnit"]): PortfolioCurve {
  return {
    timeUnit,
    length: curves.bars,
    read(row, times, equity) {
      curves.times(row, times);
      curves.equity(row, equity);
    },
  };
}

/** The curves of a result that has arrays. */
export function curvesOfResult(result: BacktestResult): BacktestCurves {
  const { symbols, portfolio, account, contributions = [] } = result;
  const accounts = accountsOf(symbols);
  const columns = accounts[0]?.curves.columns ?? [];
  if (portfolio === undefined) return { figures: result, accounts, columns, shared: undefined, portfolio };
  const { timeUnit, times, equity } = portfolio;
  if (account !== undefined) {
    const curves = readerOfArrays(account);
    return {
      figures: result,
      accounts,
      columns: curves.columns,
      shared: { symbols: contributions.map(({ symbol }) => symbol), timeUnit, curves },
      portfolio: curveOfAccount(curves, timeUnit),
    };
  }
  return {
    figures: result,
    accounts,
    columns,
    shared: undefined,
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
