import { type BacktestFigures, type CurveReader, sharedAccountName } from "@atc/backtest";
import { type BacktestCurves, curveOfAccount } from "./backtest-curves.ts";
import type { RunParts } from "./compute-figures.ts";
import { orderedColumns } from "./run-content.ts";

/** The curves that a run has put into its spools. */
export function runCurves(
  figures: BacktestFigures,
  { spool, accountSpool, options: { columns = [] } }: Pick<RunParts, "spool" | "accountSpool" | "options">,
): BacktestCurves {
  const accounts = figures.symbols.map((one) => ({ figures: one, curves: spool.curves.reader(one.symbol) }));
  if (figures.portfolio === undefined)
    return { figures, accounts, columns: orderedColumns(columns), shared: undefined, portfolio: undefined };
  const { timeUnit } = figures.portfolio;
  if (figures.contributions !== undefined && accountSpool !== undefined) {
    const curves = accountSpool.curves.reader(sharedAccountName);
    const symbols = figures.contributions.map(({ symbol }) => symbol);
    const portfolio = curveOfAccount(curves, timeUnit);
    const decisions = (symbol: string): CurveReader => spool.curves.reader(symbol);
    return {
      figures,
      accounts,
      columns: orderedColumns(columns),
      shared: { symbols, timeUnit, curves },
      decisions,
      portfolio,
    };
  }
  const { length, read } = spool.portfolio;
  return {
    figures,
    accounts,
    columns: orderedColumns(columns),
    shared: undefined,
    portfolio: { timeUnit, length, read },
  };
}
