import {
  arrayCurves,
  backtestInto,
  type CurveReader,
  type PortfolioListener,
  periodRows,
  sharedAccountName,
  yearsBetween,
} from "@atc/backtest";
import { throwIfAborted } from "@atc/contract";
import type { SweepConfiguration } from "@atc/sweep";
import { openCurves } from "./evaluation-curves.ts";
import {
  byDecisions,
  decisionBytes,
  faultOf,
  type GeneralEvaluatorOptions,
  isOfConfiguration,
} from "./general-evaluator.ts";
import type { PortfolioReturns, ReturnEvaluator, ReturnUnit } from "./portfolio-returns.ts";
import { returnList } from "./return-list.ts";
import { sharedDecisions } from "./shared-decisions.ts";

/** Points of a shared account that are read at once. */
const pointsAtOnce = 4096;

/** Passes on the points of a shared account. */
function readPoints(reader: CurveReader, take: PortfolioListener): void {
  for (let row = 0; row < reader.bars; row += pointsAtOnce) {
    const length = Math.min(pointsAtOnce, reader.bars - row);
    const [times, equity] = [new BigInt64Array(length), new Float64Array(length)];
    reader.times(row, times);
    reader.equity(row, equity);
    take(times, equity, length);
  }
}

/**
 * Computes bar returns by a backtest per configuration, whose curves are kept no longer than it takes. Configurations
 * that differ only in their accounts share the decisions.
 */
export function generalReturns({ dataset, strategyOf, ...folders }: GeneralEvaluatorOptions): ReturnEvaluator {
  /** The most points of a symbol: the portfolio has at least as many, and mostly not more. */
  function expectedLength({ symbols, limit, period }: ReturnUnit): number {
    const bars = symbols.map((symbol) => periodRows(dataset.series(symbol), { limit, period }).curveBars);
    return bars.reduce((most, one) => Math.max(most, one), 0);
  }

  return async (unit, { signal, onConfiguration }) => {
    const { configurations, symbols, limit, period } = unit;
    const decisions = sharedDecisions(decisionBytes);
    const length = expectedLength(unit);
    const found: PortfolioReturns[] = [];

    async function evaluate(place: number, key: string): Promise<void> {
      const configuration = configurations[place] as SweepConfiguration;
      const config = configuration.backtest;
      const strategy = decisions.strategyOf(key, () => strategyOf(configuration));
      const given = { config, symbols, limit, period, metrics: [] };
      using opened = openCurves(dataset, { ...given, ...folders });
      const { curves, accountCurves = arrayCurves() } = opened.stores;
      const list = returnList(length);
      const onPortfolio = list.take;
      const figures = await backtestInto(dataset, { ...given, strategy, signal, curves, accountCurves, onPortfolio });
      if (figures.portfolio === undefined || faultOf(figures) !== undefined) return;
      if (figures.contributions !== undefined) readPoints(accountCurves.reader(sharedAccountName), list.take);
      if (list.span === undefined) return;
      const { firstTime, lastTime } = list.span;
      const years = yearsBetween(firstTime, lastTime, figures.portfolio.timeUnit);
      found.push({ place, firstTime, lastTime, years, returns: list.returns() });
    }

    for (const { place, key } of byDecisions(configurations)) {
      throwIfAborted(signal);
      onConfiguration?.(place);
      try {
        await evaluate(place, key);
      } catch (error) {
        if (!isOfConfiguration(error)) throw error;
      }
    }
    return found;
  };
}
