import {
  type AnyBoundStrategy,
  type BoundStrategy,
  createManyPortfolios,
  type ManyPortfolioResults,
  type ManyResults,
  type MetricName,
  manyPortfoliosBytes,
  periodStart,
  planTimeUnion,
  slowKeys,
  type TimeUnion,
} from "@atc/backtest";
import { type Dataset, throwIfAborted } from "@atc/contract";
import type { SweepConfiguration } from "@atc/sweep";
import { type DirectionSource, graphDirections, strategyDirections } from "./direction-source.ts";
import {
  type EvaluationFault,
  type EvaluationOptions,
  type EvaluationResults,
  type EvaluationUnit,
  type Evaluator,
  emptyResults,
  type LeftOutSymbol,
} from "./evaluation.ts";
import { type LaneColumns, readLaneColumns } from "./lane-columns.ts";

/** The metrics that accounts in lanes give. */
const laneMetrics = [
  "totalReturn",
  "cagr",
  "volatility",
  "sharpe",
  "sortino",
  "maxDrawdown",
  "calmar",
  "exposure",
  "trades",
  "fees",
] as const satisfies readonly (MetricName & keyof ManyResults)[];

type LaneMetric = (typeof laneMetrics)[number];

/** The most bytes of the accounts that are computed together. */
const laneBytes = 64 * 2 ** 20;
/** The most bytes of directions of a strategy that are kept. */
const directionBytes = 64 * 2 ** 20;
/** The most configurations times symbols whose signals are computed together. */
const mostSignals = 60_000;

function isLaneMetric(name: MetricName): name is LaneMetric {
  return laneMetrics.some((one) => one === name);
}

/** Whether the account of a configuration runs in lanes. */
function isLaneAccount({ backtest }: SweepConfiguration): boolean {
  const { account, signal } = backtest;
  return account === "separate" && signal === "strategy" && slowKeys(backtest).length === 0;
}

/** Whether lanes cover the account and the metrics of a configuration. The data may still need another evaluator. */
export function runsInLanes(configuration: SweepConfiguration, metrics: readonly MetricName[]): boolean {
  return metrics.every(isLaneMetric) && isLaneAccount(configuration);
}

/** Strategies by {@link parametersKey}. */
type LaneStrategies = ReadonlyMap<string, BoundStrategy>;

function parametersKey({ parameters }: SweepConfiguration): string {
  return JSON.stringify(parameters);
}

/** What a lane evaluator needs. */
export interface LaneEvaluatorOptions {
  readonly dataset: Dataset;
  /** Evaluates the configurations and the data that lanes do not cover. */
  readonly general: Evaluator;
  /** Creates the strategy of a configuration, which depends on its parameters only. Default: ATC. */
  readonly strategyOf?: ((configuration: SweepConfiguration) => AnyBoundStrategy) | undefined;
}

/** Configurations that are computed together. */
interface LaneRun {
  /** The strategies; undefined for ATC. */
  readonly strategies: LaneStrategies | undefined;
  readonly unit: EvaluationUnit;
  /** The places of the configurations in the unit. */
  readonly places: readonly number[];
  readonly present: readonly LaneColumns[];
  readonly union: TimeUnion;
  readonly results: Pick<EvaluationResults, "portfolios" | "symbols">;
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

function writeColumns(
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
function openDirections(
  { unit, places, present, strategies }: LaneRun,
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
      ),
    };
  const symbols = present.map(({ place }) => unit.symbols[place] as string);
  const onRow = (row: number): void => onConfiguration?.(places[firsts[row] as number] as number);
  const strategyOf = (one: SweepConfiguration): BoundStrategy => strategies.get(parametersKey(one)) as BoundStrategy;
  return { rowOf, source: strategyDirections({ configurations: rows, strategyOf, symbols, present, onRow }) };
}

/** Computes configurations together. Returns the places of those that need another evaluator. */
function runLanes(run: LaneRun, options: EvaluationOptions): readonly number[] {
  const { unit, places, present, union, results } = run;
  const { source, rowOf } = openDirections(run, options);
  using directions = source;
  using portfolios = createManyPortfolios({
    configurations: places.map((place) => (unit.configurations[place] as SweepConfiguration).backtest),
    union,
    directionOf: rowOf,
  });
  for (const [symbol, { first }] of present.entries()) directions.warmUp(symbol, first);
  const stride = union.blockLength;
  const values = new Int8Array(directions.rows * stride);
  for (const block of union.blocks()) {
    throwIfAborted(options.signal);
    portfolios.push(block, (symbol) => {
      const one = present[symbol] as LaneColumns;
      const from = one.first + (block.from[symbol] ?? 0);
      const to = one.first + (block.to[symbol] ?? 0);
      directions.write(symbol, from, to, values, stride);
      const { close, open } = one.columns;
      return {
        close: (close as Float64Array).subarray(from, to),
        ...(open === undefined ? {} : { open: open.subarray(from, to) }),
        directions: { values, stride },
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

/** The parts of a list of places whose accounts and directions fit in memory. */
function partsOf(
  places: readonly number[],
  { union, present, strategies }: Pick<LaneRun, "union" | "present" | "strategies">,
): readonly (readonly number[])[] {
  const rows = present.reduce((sum, { times }) => sum + times.length, 0);
  const most = strategies === undefined ? mostSignals / union.symbols : directionBytes / rows;
  let size = Math.max(1, Math.min(places.length, Math.floor(most)));
  while (size > 1 && manyPortfoliosBytes(size, union) > laneBytes) size = Math.ceil(size / 2);
  return Array.from({ length: Math.ceil(places.length / size) }, (_, i) => places.slice(i * size, (i + 1) * size));
}

/** What was left out in the results of another evaluator, with the places of its configurations. */
function joined(
  unit: EvaluationUnit,
  lanes: Pick<EvaluationResults, "portfolios" | "symbols" | "leftOut">,
  general: EvaluationResults,
  rest: readonly number[],
): EvaluationResults {
  const width = unit.metrics.length;
  const symbolWidth = unit.bySymbol ? width * unit.symbols.length : 0;
  for (const [index, place] of rest.entries()) {
    lanes.portfolios.set(general.portfolios.subarray(index * width, (index + 1) * width), place * width);
    lanes.symbols.set(general.symbols.subarray(index * symbolWidth, (index + 1) * symbolWidth), place * symbolWidth);
  }
  const faults = general.faults.map((fault): EvaluationFault => ({ ...fault, place: rest[fault.place] as number }));
  const leftOut = new Map<string, LeftOutSymbol>();
  for (const one of [...lanes.leftOut, ...general.leftOut]) {
    const before = leftOut.get(one.symbol)?.configurations ?? 0;
    leftOut.set(one.symbol, { ...one, configurations: before + one.configurations });
  }
  return {
    portfolios: lanes.portfolios,
    symbols: lanes.symbols,
    faults,
    leftOut: [...leftOut.values()].sort((a, b) => (a.symbol < b.symbol ? -1 : 1)),
  };
}

/** The columns that the configurations read. */
function columnsOf(
  dataset: Dataset,
  chosen: readonly SweepConfiguration[],
  strategies: LaneStrategies | undefined,
): { readonly prices: readonly string[]; readonly others: readonly string[] } {
  const available = new Set(dataset.manifest.schema.columns.map(({ name }) => name));
  const prices = new Set(["close"]);
  // Without an open, orders are filled at the close.
  if (available.has("open") && chosen.some(({ backtest }) => backtest.fill === "nextOpen")) prices.add("open");
  if (strategies === undefined) for (const { signals } of chosen) prices.add(signals.calculationSource);
  const others = new Set<string>();
  for (const { columns, optionalColumns = [] } of strategies?.values() ?? []) {
    const names = [...columns, ...optionalColumns.filter((name) => available.has(name))];
    for (const name of names) (["open", "high", "low"].includes(name) ? prices : others).add(name);
  }
  return { prices: [...prices], others: [...others].filter((name) => !prices.has(name)) };
}

/** The strategies of configurations by {@link parametersKey}; undefined if lanes cannot run one of them. */
function laneStrategies(
  chosen: readonly SweepConfiguration[],
  strategyOf: (configuration: SweepConfiguration) => AnyBoundStrategy,
): LaneStrategies | undefined {
  const strategies = new Map<string, BoundStrategy>();
  for (const configuration of chosen) {
    const key = parametersKey(configuration);
    if (strategies.has(key)) continue;
    const strategy = strategyOf(configuration);
    if (strategy.scope === "universe" || strategy.columns.includes("timestamp")) return undefined;
    strategies.set(key, strategy);
  }
  return strategies;
}

/** Computes what lanes cover. Returns the places of the other configurations, and which symbols were left out. */
function computeLanes(
  { dataset, strategyOf }: LaneEvaluatorOptions,
  unit: EvaluationUnit,
  results: LaneRun["results"],
  options: EvaluationOptions,
): { readonly rest: readonly number[]; readonly leftOut: readonly LeftOutSymbol[] } {
  const all = [...unit.configurations.keys()];
  const none = { rest: all, leftOut: [] };
  if (!unit.metrics.every(isLaneMetric)) return none;
  const candidates = all.filter((place) => isLaneAccount(unit.configurations[place] as SweepConfiguration));
  if (candidates.length === 0) return none;
  const chosen = candidates.map((place) => unit.configurations[place] as SweepConfiguration);
  const strategies = strategyOf === undefined ? undefined : laneStrategies(chosen, strategyOf);
  if (strategyOf !== undefined && strategies === undefined) return none;
  const read = readLaneColumns(dataset, { ...unit, ...columnsOf(dataset, chosen, strategies) });
  if (read === undefined) return none;
  const { present, absent } = read;
  const shortest = Math.min(...present.map(({ times }) => times.length));
  const places = candidates.filter(
    (place) => strategies !== undefined || (unit.configurations[place] as SweepConfiguration).signals.cutout < shortest,
  );
  if (places.length === 0) return none;
  const union = planTimeUnion(
    present.map(({ times, first }) => ({
      bars: times.length - first,
      times: (row, into) => into.set(times.subarray(first + row, first + row + into.length)),
    })),
    { from: periodStart(unit.period, "ms") },
  );
  const left = new Set(all.filter((place) => !places.includes(place)));
  for (const part of partsOf(places, { union, present, strategies }))
    for (const place of runLanes({ unit, places: part, present, union, results, strategies }, options)) left.add(place);
  const done = places.filter((place) => !left.has(place)).length;
  const leftOut = absent.map(({ symbol, fault }) => {
    return { symbol, code: fault.code, reason: fault.message, configurations: done };
  });
  return { rest: [...left].sort((a, b) => a - b), leftOut: done === 0 ? [] : leftOut };
}

/**
 * Evaluates configurations together: signals of ATC in a graph of shared nodes, or runs of a strategy side by side, and
 * accounts in lanes. The configurations and the data that lanes do not cover go to another evaluator, and so do
 * configurations on which a strategy failed: it finds the fault.
 */
export function laneEvaluator(given: LaneEvaluatorOptions): Evaluator {
  return async (unit, options) => {
    const results = emptyResults(unit);
    const { rest, leftOut } = computeLanes(given, unit, results, options);
    if (rest.length === 0) return { ...results, faults: [], leftOut };
    const configurations = rest.map((place) => unit.configurations[place] as SweepConfiguration);
    const others = await given.general(
      { ...unit, configurations },
      { ...options, onConfiguration: (index) => options.onConfiguration?.(rest[index] as number) },
    );
    return joined(unit, { ...results, leftOut }, others, rest);
  };
}
