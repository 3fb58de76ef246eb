import {
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
import { createSignalGraph, type SignalGraph } from "@atc/signals";
import type { SweepConfiguration } from "@atc/sweep";
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

/** Configurations that are computed together. */
interface LaneRun {
  readonly unit: EvaluationUnit;
  /** The places of the configurations in the unit. */
  readonly places: readonly number[];
  readonly present: readonly LaneColumns[];
  readonly union: TimeUnion;
  readonly results: Pick<EvaluationResults, "portfolios" | "symbols">;
}

/** The rows of directions of configurations, of which those with equal signals share one. */
function directionRows(configurations: readonly SweepConfiguration[]): {
  readonly signals: readonly SweepConfiguration["signals"][];
  readonly rowOf: readonly number[];
} {
  const rows = new Map<string, number>();
  const signals: SweepConfiguration["signals"][] = [];
  const rowOf = configurations.map(({ signals: own }) => {
    const key = JSON.stringify(own);
    const row = rows.get(key) ?? signals.push(own) - 1;
    rows.set(key, row);
    return row;
  });
  return { signals, rowOf };
}

/** Copies the directions of all rows to a matrix. */
function createMatrix(
  rows: number,
  stride: number,
): {
  readonly values: Int8Array;
  push(graph: SignalGraph, columns: LaneColumns, symbol: number, from: number, to: number): void;
} {
  const values = new Int8Array(rows * stride);
  return {
    values,
    push(graph, { columns }, symbol, from, to) {
      const prices = Object.fromEntries(Object.entries(columns).map(([name, all]) => [name, all.subarray(from, to)]));
      graph.push(
        prices as never,
        ({ from: first, count, directions }) => {
          for (let row = 0; row < rows; row++) {
            const own = directions[row] as Int8Array;
            values.set(own.subarray(0, count), row * stride + first - from);
          }
        },
        symbol,
      );
    },
  };
}

/** Shows the graph the rows before those of the account. */
function warmUp(graph: SignalGraph, { present }: LaneRun): void {
  for (const [symbol, { columns, first }] of present.entries()) {
    if (first === 0) continue;
    const prices = Object.fromEntries(Object.entries(columns).map(([name, all]) => [name, all.subarray(0, first)]));
    graph.push(prices as never, () => undefined, symbol);
  }
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

/** Computes configurations together. Returns the places of those that need another evaluator. */
function runLanes(run: LaneRun, { signal }: EvaluationOptions): readonly number[] {
  const { unit, places, present, union, results } = run;
  const configurations = places.map((place) => unit.configurations[place] as SweepConfiguration);
  const { signals, rowOf } = directionRows(configurations);
  using graph = createSignalGraph(signals, {
    symbols: present.length,
    reread(from, count, symbol) {
      const { columns } = present[symbol] as LaneColumns;
      return Object.fromEntries(
        Object.entries(columns).map(([name, all]) => [name, all.subarray(from, from + count)]),
      ) as never;
    },
  });
  using portfolios = createManyPortfolios({
    configurations: configurations.map(({ backtest }) => backtest),
    union,
    directionOf: rowOf,
  });
  warmUp(graph, run);
  const stride = union.blockLength;
  const matrix = createMatrix(signals.length, stride);
  for (const block of union.blocks()) {
    throwIfAborted(signal);
    portfolios.push(block, (symbol) => {
      const one = present[symbol] as LaneColumns;
      const [from, to] = [block.from, block.to].map((rows) => one.first + (rows[symbol] ?? 0)) as [number, number];
      matrix.push(graph, one, symbol, from, to);
      const { close, open } = one.columns;
      return {
        close: (close as Float64Array).subarray(from, to),
        ...(open === undefined ? {} : { open: open.subarray(from, to) }),
        directions: { values: matrix.values, stride },
      };
    });
  }
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
  return places.filter((_, index) => figures.overflowed[index] !== 0);
}

/** The parts of a list of places whose accounts and signals fit in memory. */
function partsOf(places: readonly number[], union: TimeUnion): readonly (readonly number[])[] {
  let size = Math.max(1, Math.min(places.length, Math.floor(mostSignals / union.symbols)));
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

/** Computes what lanes cover. Returns the places of the other configurations, and which symbols were left out. */
function computeLanes(
  dataset: Dataset,
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
  const names = new Set(["close", ...chosen.map(({ signals }) => signals.calculationSource)]);
  if (chosen.some(({ backtest }) => backtest.fill === "nextOpen")) names.add("open");
  const read = readLaneColumns(dataset, { ...unit, names: [...names] });
  if (read === undefined) return none;
  const { present, absent } = read;
  const shortest = Math.min(...present.map(({ times }) => times.length));
  const places = candidates.filter(
    (place) => (unit.configurations[place] as SweepConfiguration).signals.cutout < shortest,
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
  for (const part of partsOf(places, union))
    for (const place of runLanes({ unit, places: part, present, union, results }, options)) left.add(place);
  const done = places.filter((place) => !left.has(place)).length;
  const leftOut = absent.map(({ symbol, fault }) => {
    return { symbol, code: fault.code, reason: fault.message, configurations: done };
  });
  return { rest: [...left].sort((a, b) => a - b), leftOut: done === 0 ? [] : leftOut };
}

/**
 * Evaluates configurations of ATC together: signals in a graph of shared nodes, and accounts in lanes. The
 * configurations and the data that lanes do not cover go to another evaluator.
 */
export function laneEvaluator(dataset: Dataset, general: Evaluator): Evaluator {
  return async (unit, options) => {
    const results = emptyResults(unit);
    const { rest, leftOut } = computeLanes(dataset, unit, results, options);
    if (rest.length === 0) return { ...results, faults: [], leftOut };
    const configurations = rest.map((place) => unit.configurations[place] as SweepConfiguration);
    const others = await general({ ...unit, configurations }, options);
    return joined(unit, { ...results, leftOut }, others, rest);
  };
}
