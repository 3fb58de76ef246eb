import {
  arrayCurves,
  type CurveContent,
  type CurveStore,
  type MetricName,
  neededCurveColumns,
  type Period,
  periodRows,
  scalesWithCapital,
  sharedAccountName,
} from "@atc/backtest";
import type { BacktestConfig, Dataset } from "@atc/contract";
import { openSpool, type SpoolOptions } from "../spool/open-spool.ts";

/** The folders of curves that are too large for the heap. */
export type CurveFolders = Pick<SpoolOptions, "folders" | "warn">;

/** What the curves of one evaluation depend on. */
export interface EvaluationCurvesOptions extends CurveFolders {
  readonly config: BacktestConfig;
  readonly symbols: readonly string[];
  readonly metrics: readonly MetricName[];
  readonly limit: number | undefined;
  readonly period: Period | undefined;
}

/** The curves of one configuration. Disposal frees them. */
export interface EvaluationCurves extends Disposable {
  readonly stores: { readonly curves: CurveStore; readonly accountCurves: CurveStore | undefined };
}

/** The most bars of all symbols whose curves are arrays: about 32 MB with a few trades. */
const arrayBars = 1_500_000;

/** Opens stores for the curves of a configuration: arrays, or a spool if there are many bars. */
export function openCurves(dataset: Dataset, options: EvaluationCurvesOptions): EvaluationCurves {
  const { config, symbols, metrics, limit, period, folders, warn } = options;
  const sized = symbols.map((symbol) => {
    const { curveBars: bars } = periodRows(dataset.series(symbol), { limit, period });
    return { symbol, bars };
  });
  const bars = sized.reduce((sum, one) => sum + one.bars, 0);
  const columns = neededCurveColumns({ config, symbols: symbols.length, metrics });
  const isShared = config.account === "shared";
  const isAgain = isShared || (symbols.length > 1 && !scalesWithCapital(config));
  const content: CurveContent = { columns };
  if (bars <= arrayBars) {
    const stores = { curves: arrayCurves(content), accountCurves: isAgain ? arrayCurves() : undefined };
    return { stores, [Symbol.dispose]: () => undefined };
  }
  const spool = openSpool({ symbols: sized, content, folders, warn });
  const accounts = isShared ? [{ symbol: sharedAccountName, bars }] : sized;
  const accountSpool = isAgain ? openSpool({ symbols: accounts, content: {}, folders, warn }) : undefined;
  return {
    stores: { curves: spool.curves, accountCurves: accountSpool?.curves },
    [Symbol.dispose]() {
      accountSpool?.[Symbol.dispose]();
      spool[Symbol.dispose]();
    },
  };
}
