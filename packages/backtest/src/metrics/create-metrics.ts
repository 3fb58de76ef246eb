import { AtcError, type ReadonlyTypedArray } from "@atc/contract";
import { yearsBetween } from "../base/calendar.ts";
import { metricsOf } from "../statistics/metrics.ts";
import { chunkBars, createBarChunk, turnChunk, writeFactors } from "./bar-chunk.ts";
import { createBenchmarkJoin } from "./benchmark-join.ts";
import { benchmarkFigures, type CommonBars } from "./figures/benchmark-figures.ts";
import { calendarFigures } from "./figures/calendar-figures.ts";
import { drawdownFigures } from "./figures/drawdown-figures.ts";
import type { FigureContext, Figures } from "./figures/figure-context.ts";
import { lagsOf, returnFigures } from "./figures/return-figures.ts";
import { tradeFigures } from "./figures/trade-figures.ts";
import { volumeFigures, volumeWarning } from "./figures/volume-figures.ts";
import type { MetricOptions, MetricTotals } from "./metric-options.ts";
import { createBarParts } from "./metric-parts.ts";
import type { MetricRecord } from "./metrics-record.ts";
import { createTradeCounter, type MetricTrades } from "./parts/trade-sums.ts";
import { createVolumeShares } from "./parts/volume-shares.ts";
import { readAgain, type SecondPass } from "./second-pass.ts";
import type { MetricPart } from "./table/metric-definition.ts";
import { accountNames, type MetricName, metricNames } from "./table/metric-names.ts";
import { metricTable } from "./table/metric-table.ts";

/** The next bars of an account or a portfolio. The arrays may be reused after the call. */
export interface MetricBars {
  /** Number of bars; the arrays may be longer. */
  readonly length: number;
  /** Times in the unit of the options, sorted. */
  readonly times: BigInt64Array;
  /** Equity at each close. */
  readonly equity: Float64Array;
  /** The benchmark at each bar: the account's own closes. Required if it is compared with and no other is named. */
  readonly benchmark?: ReadonlyTypedArray<number> | undefined;
}

/** The metrics that were wanted, and what the trader must know about them. */
export interface ComputedMetrics {
  /** The first 23 and the wanted ones, in the order of `metricNames`. */
  readonly metrics: MetricRecord;
  /** One sentence each. */
  readonly warnings: readonly string[];
}

/** Computes metrics of one equity curve, block by block. Figures are bit-identical for blocks of any size. */
export interface MetricsComputation {
  /** What is computed besides the totals of the account. */
  readonly parts: ReadonlySet<MetricPart>;
  /** Whether bars must be added. */
  readonly readsBars: boolean;
  /** Whether trades must be added. */
  readonly readsTrades: boolean;
  /** Whether fills and the volume of their bars must be added. */
  readonly readsFills: boolean;
  /** Whether bars must come with a benchmark. */
  readonly readsBenchmark: boolean;
  /**
   * Adds the next bars.
   *
   * @throws ATC_INVALID_ARGUMENT if a benchmark is needed and missing
   */
  addBars(bars: MetricBars): void;
  /** Adds the next trades, in the order in which they ended. Open ones are ignored. */
  addTrades(trades: MetricTrades): void;
  /** Adds fills: quantities, signed or not, and the volume of the bar of each. A volume of NaN is unknown. */
  addFills(quantities: ArrayLike<number>, volumes: ArrayLike<number>, length: number): void;
  /**
   * The figures of all bars, one or more. Nothing may be added afterwards.
   *
   * @throws ATC_INVALID_ARGUMENT if bars or closed trades are needed, and not as many were added as the totals have
   */
  finish(totals: MetricTotals): ComputedMetrics;
}

const barParts: readonly MetricPart[] = [
  "lowest",
  "shortfall",
  "moments",
  "trend",
  "drawdowns",
  "days",
  "months",
  "years",
  "benchmark",
  "captures",
];

/** The second pass over the equity; undefined if no figure needs it. */
function secondPassOf(
  needed: ReadonlySet<MetricPart>,
  options: MetricOptions,
  totals: MetricTotals,
  per: { readonly rate: number; readonly barsPerYear: number; readonly isLost: boolean },
): SecondPass | undefined {
  const { bars, squares, mean } = totals.statistics;
  const returns = bars - 1;
  const lags =
    needed.has("autocorrelations") && !per.isLost && squares > 0
      ? lagsOf(options.autocorrelationLags, returns, per.barsPerYear)
      : 0;
  const hasRate = per.rate !== 0;
  if (hasRate || lags > 0) return readAgain(totals.reread, { rate: per.rate, comparesReturns: hasRate, mean, lags });
  // No rate and no lags: the factor of Lo's ratio is 1.
  return needed.has("autocorrelations")
    ? readAgain(() => undefined, { rate: 0, comparesReturns: false, mean, lags })
    : undefined;
}

function checkAdded(what: string, added: number, counted: number): void {
  if (added === counted) return;
  throw new AtcError(
    "ATC_INVALID_ARGUMENT",
    `${added} ${what} were added to the metrics, but the account has ${counted}; add every one once`,
    { details: { added, counted } },
  );
}

function finite(value: number): number | null {
  return Number.isFinite(value) ? value : null;
}

/**
 * Creates the computation of metrics of `docs/metrics.md`. Only what a wanted metric needs is computed. Memory is
 * constant, except 8 bytes per day and per fill, and some per distinct duration of trades, if a wanted metric is a
 * quantile of them: {@link MetricPart} says which.
 *
 * @param wanted - names; the first 23 are always computed, because the account keeps their totals
 */
export function createMetrics(wanted: Iterable<MetricName>, options: MetricOptions): MetricsComputation {
  const names = new Set<MetricName>([...accountNames, ...wanted]);
  const needed = new Set([...names].flatMap((name) => metricTable[name].needs));
  const riskFreeRate = options.riskFreeRate ?? 0;
  const parts = createBarParts(needed, riskFreeRate !== 0);
  const trades =
    needed.has("trades") || needed.has("tradeTimes")
      ? createTradeCounter(options.timeUnit, needed.has("tradeTimes"))
      : undefined;
  const shares = needed.has("volume") ? createVolumeShares() : undefined;
  const comparesBenchmark = needed.has("benchmark") || needed.has("captures");
  const factors = new Float64Array(chunkBars);
  const benchmarkFactors = new Float64Array(chunkBars);
  const addPairs = (own: Float64Array, length: number): void => {
    parts.pairs?.add(own, benchmarkFactors, length);
    parts.captures?.add(own, benchmarkFactors, length);
  };
  const join =
    comparesBenchmark && options.benchmark !== undefined
      ? createBenchmarkJoin(options.benchmark, (equity, benchmark, length) => {
          writeFactors(equity, length, factors);
          writeFactors(benchmark, length, benchmarkFactors);
          addPairs(factors, length);
        })
      : undefined;
  const comparesOwn = comparesBenchmark && join === undefined;
  const chunk = createBarChunk(options.timeUnit);
  const readsBars = barParts.some((part) => needed.has(part));
  let isStarted = false;
  let firstPair: readonly [number, number] = [Number.NaN, Number.NaN];

  function addChunk(): void {
    parts.add(chunk);
    if (!comparesOwn) return;
    writeFactors(chunk.benchmark, chunk.length, benchmarkFactors);
    addPairs(chunk.factors, chunk.length);
  }

  /** Copies rows of a block to a place of the chunk. */
  function copyRows({ times, equity, benchmark }: MetricBars, from: number, to: number, place: number): void {
    chunk.equity.set(equity.subarray(from, to), place);
    chunk.times.set(times.subarray(from, to), place);
    if (!comparesOwn) return;
    if (benchmark === undefined)
      throw new AtcError(
        "ATC_INVALID_ARGUMENT",
        "metrics against a benchmark were wanted, but these bars have none; give it, or name a benchmark in the options",
      );
    chunk.benchmark.set(benchmark.subarray(from, to), place);
  }

  function finishBars(totals: MetricTotals): CommonBars {
    const added = isStarted ? chunk.row + chunk.length + 1 : 0;
    if (readsBars) checkAdded("bars", added, totals.statistics.bars);
    if (trades !== undefined) checkAdded("closed trades", trades.sums.count, totals.trades.closed);
    if (isStarted) {
      if (chunk.length > 0) addChunk();
      parts.finish(chunk);
    }
    join?.finish();
    if (join !== undefined) return join;
    const { firstTime, lastTime, statistics } = totals;
    const lastPair = [chunk.equity[chunk.length], chunk.benchmark[chunk.length]] as const;
    return { bars: statistics.bars, firstTime, lastTime, firstPair, lastPair };
  }

  return {
    parts: needed,
    readsBars,
    readsTrades: trades !== undefined,
    readsFills: shares !== undefined,
    readsBenchmark: comparesOwn,
    addBars(bars) {
      if (!readsBars || bars.length === 0) return;
      join?.add(bars.times, bars.equity, bars.length);
      let from = 0;
      if (!isStarted) {
        copyRows(bars, 0, 1, 0);
        firstPair = [chunk.equity[0], chunk.benchmark[0]];
        parts.begin(chunk);
        isStarted = true;
        from = 1;
      }
      while (from < bars.length) {
        const to = Math.min(bars.length, from + chunkBars - chunk.length);
        copyRows(bars, from, to, chunk.length + 1);
        chunk.length += to - from;
        from = to;
        if (chunk.length === chunkBars) {
          addChunk();
          turnChunk(chunk);
        }
      }
    },
    addTrades: (more) => trades?.add(more),
    addFills: (quantities, volumes, length) => shares?.add(quantities, volumes, length),
    finish(totals) {
      const common = finishBars(totals);
      const years = yearsBetween(totals.firstTime, totals.lastTime, options.timeUnit);
      const returns = totals.statistics.bars - 1;
      const barsPerYear = options.barsPerYear ?? (years === 0 ? Number.NaN : returns / years);
      const isLost = returns < 1 || !(parts.lowest === undefined || parts.lowest.value > 0);
      const rate = riskFreeRate === 0 ? 0 : riskFreeRate / barsPerYear;
      const second = secondPassOf(needed, options, totals, { rate, barsPerYear, isLost });
      const first = metricsOf({
        ...totals,
        timeUnit: options.timeUnit,
        riskFreeRate,
        barsPerYear: options.barsPerYear,
        shortfallSquares: () => second?.shortfall ?? Number.NaN,
      });
      const context: FigureContext = {
        options,
        totals,
        first,
        parts,
        second,
        years,
        returns,
        barsPerYear,
        riskFreeRate,
        rate,
        isLost,
      };
      const figures: Partial<Figures<MetricName>> = {
        ...returnFigures(context),
        ...drawdownFigures(context),
        ...calendarFigures(context),
        ...tradeFigures(context, trades),
        ...(comparesBenchmark ? benchmarkFigures(context, common) : {}),
        ...volumeFigures(context, shares),
      };
      const more = metricNames
        .filter((name) => names.has(name) && !Object.hasOwn(first, name))
        .map((name) => [name, finite(figures[name] ?? Number.NaN)]);
      return { metrics: { ...first, ...Object.fromEntries(more) }, warnings: warningsOf(join?.bars) };
    },
  };

  function warningsOf(commonBars: number | undefined): readonly string[] {
    const few =
      commonBars !== undefined && commonBars < 3
        ? `the benchmark has ${commonBars} ${commonBars === 1 ? "time" : "times"} in common with the bars, and figures against it need 3 or more; choose a benchmark with the same calendar`
        : undefined;
    return [few, volumeWarning(shares)].filter((warning) => warning !== undefined);
  }
}
