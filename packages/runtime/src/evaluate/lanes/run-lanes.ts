import {
  type BoundStrategy,
  createManyPortfolios,
  type ManyPortfolioResults,
  type ManyResults,
  type MetricName,
  manyPortfoliosBytes,
  type ReturnListener,
  type TimeUnion,
} from "@atc/backtest";
import { throwIfAborted } from "@atc/contract";
import type { SweepConfiguration } from "@atc/sweep";
import type { EvaluationOptions, EvaluationResults, EvaluationUnit } from "../evaluation.ts";
import { type DirectionSource, graphDirections, strategyDirections } from "./direction-source.ts";
import type { LaneMetric } from "./lane-accounts.ts";
import type { LaneColumns } from "./lane-columns.ts";
import { type LaneStrategies, parametersKey } from "./lane-strategies.ts";

/** The most bytes of the accounts that are computed together. */
const laneBytes = 64 * 2 ** 20;
/** The most bytes of directions of a strategy that are kept. */
const directionBytes = 64 * 2 ** 20;
/** The most configurations times symbols whose signals are computed together. */
const mostSignals = 60_000;

/** Configurations that are computed together. */
export interface LaneRun {
  /** The strategies; undefined for ATC. */
  readonly strategies: LaneStrategies | undefined;
  readonly unit: EvaluationUnit;
  /** The places of the configurations in the unit. */
  readonly places: readonly number[];
  readonly present: readonly LaneColumns[];
  readonly union: TimeUnion;
  readonly results: Pick<EvaluationResults, "portfolios" | "symbols">;
  /** Receives the bar returns of every portfolio, block by block, with its place in `places`. Default: none. */
  readonly onReturns?: ReturnListener | undefined;
}

/** The rows of directions of configurations, of which those with equal keys share one. */
function directionRows(
  configurations: readonly SweepConfiguration[],
  keyOf: (configuration: SweepConfiguration) => object,
): { readonly firsts: readonly number[]; readonly rowOf: readonly number[] } {
  const rows = new Map<string, number>();
  const firsts: number[] = [];
  const rowOf = configurations.map((one, index) => {
    const key = JSON.stringify(keyOf(one));
    const row = rows.get(key) ?? firsts.push(index) - 1;
    rows.set(key, row);
    return row;
  });
  return { firsts, rowOf };
}

/** Writes columns of figures as values per configuration and metric. */
export function writeColumns(
  figures: ManyResults | ManyPortfolioResults,
  metrics: readonly MetricName[],
  write: (index: number, metric: number, value: number) => void,
): void {
  for (const [metric, name] of metrics.entries()) {
    const column = figures[name as LaneMetric];
    for (let index = 0; index < column.length; index++) {
      const value = column[index] ?? Number.NaN;
      write(index, metric, Number.isFinite(value) ? value : Number.NaN);
    }
  }
}

/** The source of a run's directions, and the row of each configuration. */
export function openDirections(
  { unit, places, present, union, strategies }: Omit<LaneRun, "results">,
  { onConfiguration }: EvaluationOptions,
): { readonly source: DirectionSource; readonly rowOf: readonly number[] } {
  const configurations = places.map((place) => unit.configurations[place] as SweepConfiguration);
  const { firsts, rowOf } = directionRows(configurations, ({ signals, parameters }) =>
    strategies === undefined ? signals : parameters,
  );
  const rows = firsts.map((index) => configurations[index] as SweepConfiguration);
  if (strategies === undefined)
    return {
      rowOf,
      source: graphDirections(
        rows.map(({ signals }) => signals),
        present,
        union.blockLength,
      ),
    };
  const symbols = present.map(({ place }) => unit.symbols[place] as string);
  const onRow = (row: number): void => onConfiguration?.(places[firsts[row] as number] as number);
  const strategyOf = (one: SweepConfiguration): BoundStrategy => strategies.get(parametersKey(one)) as BoundStrategy;
  return { rowOf, source: strategyDirections({ configurations: rows, strategyOf, symbols, present, onRow }) };
}

/** Computes configurations together. Returns the places of those that need another evaluator. */
export function runLanes(run: LaneRun, options: EvaluationOptions): readonly number[] {
  const { unit, places, present, union, results, onReturns } = run;
  const { source, rowOf } = openDirections(run, options);
  using directions = source;
  using portfolios = createManyPortfolios({
    configurations: places.map((place) => (unit.configurations[place] as SweepConfiguration).backtest),
    union,
    directionOf: rowOf,
    ...(onReturns === undefined ? {} : { returns: { configurations: [...places.keys()], onReturns } }),
  });
  for (const [symbol, { first }] of present.entries()) directions.warmUp(symbol, first);
  for (const block of union.blocks()) {
    throwIfAborted(options.signal);
    portfolios.push(block, (symbol) => {
      const one = present[symbol] as LaneColumns;
      const from = one.first + (block.from[symbol] ?? 0);
      const to = one.first + (block.to[symbol] ?? 0);
      const { close, open } = one.columns;
      return {
        close: (close as Float64Array).subarray(from, to),
        ...(open === undefined ? {} : { open: open.subarray(from, to) }),
        directions: directions.read(symbol, from, to),
      };
    });
  }
  const failed = directions.finish();
  const { metrics, symbols, bySymbol } = unit;
  const width = metrics.length;
  const figures = portfolios.results();
  writeColumns(figures, metrics, (index, metric, value) => {
    results.portfolios[(places[index] as number) * width + metric] = value;
  });
  if (bySymbol)
    for (const [symbol, { place }] of present.entries())
      writeColumns(portfolios.ofSymbol(symbol), metrics, (index, metric, value) => {
        results.symbols[((places[index] as number) * symbols.length + place) * width + metric] = value;
      });
  return places.filter((_, index) => figures.overflowed[index] !== 0 || failed.has(rowOf[index] as number));
}

/**
 * The parts of a list of places whose accounts and directions fit in memory.
 *
 * @param portfolios - of each configuration that exist at the same time
 */
export function partsOf(
  places: readonly number[],
  { union, present, strategies }: Pick<LaneRun, "union" | "present" | "strategies">,
  portfolios = 1,
): readonly (readonly number[])[] {
  const rows = present.reduce((sum, { times }) => sum + times.length, 0);
  const most = strategies === undefined ? mostSignals / union.symbols : directionBytes / rows;
  let size = Math.max(1, Math.min(places.length, Math.floor(most)));
  while (size > 1 && portfolios * manyPortfoliosBytes(size, union) > laneBytes) size = Math.ceil(size / 2);
  return Array.from({ length: Math.ceil(places.length / size) }, (_, i) => places.slice(i * size, (i + 1) * size));
}
