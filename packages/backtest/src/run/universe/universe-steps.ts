import {
  AtcError,
  type BacktestConfig,
  type Dataset,
  type ReadonlyTypedArray,
  throwIfAborted,
  type UniverseColumns,
} from "@atc/contract";
import { isoTime } from "../../base/calendar.ts";
import { type Period, periodRows } from "../../base/period.ts";
import { createDecider, type Decider } from "../../decisions/decider.ts";
import type { CurveSink, CurveStore } from "../../results/curves.ts";
import type { BoundUniverseStrategy } from "../../strategy/universe-strategy.ts";
import { writeColumns } from "../backtest-series.ts";
import { decisionColumns } from "./readable-symbol.ts";
import { createSymbolWindows, type SymbolWindows, type WindowedSymbol } from "./symbol-windows.ts";
import { createTimeGroups } from "./time-groups.ts";

/** A symbol of a run, whose bars are known to be valid. */
export interface UniverseSymbol {
  /** The symbol. */
  readonly symbol: string;
  /** Number of its valid bars before the period. */
  readonly before: number;
  /** Number of its decisions to store: those in the period, and that of the last bar before it. */
  readonly bars: number;
}

/** Options of {@link universeSteps}. */
export interface UniverseStepsOptions {
  /** The strategy. */
  readonly strategy: BoundUniverseStrategy;
  /** A valid configuration. */
  readonly config: BacktestConfig;
  /** Number of last bars per symbol to use. Default: all. */
  readonly limit?: number | undefined;
  /** The time in which the account trades. The strategy sees all bars before it. Default: all. */
  readonly period?: Period | undefined;
  /** Receives the times, directions and weights of each symbol. */
  readonly curves: CurveStore;
  /** Ends the run if it aborts. */
  readonly signal?: AbortSignal | undefined;
}

/** Rows after which progress is reported, with the end of the next time. */
const reportedRows = 8192;

/** Stores the decisions of a symbol. */
interface DecisionWriter {
  /** Bars that were decided so far. */
  bars: number;
  readonly decider: Decider;
  readonly sink: CurveSink;
  /** Number of first bars whose decisions are not stored. */
  readonly unstored: number;
}

function createWriter({ symbol, before, bars }: UniverseSymbol, options: UniverseStepsOptions): DecisionWriter {
  const { config, curves } = options;
  const decider = createDecider(config, symbol);
  return { bars: 0, decider, sink: curves.sink(symbol, bars), unstored: Math.max(0, before - 1) };
}

/** The decisions at consecutive bars of a symbol. */
interface WeightedBars {
  readonly times: BigInt64Array;
  readonly close: ReadonlyTypedArray<number>;
  /** Overwritten. */
  readonly directions: Int8Array;
  /** The target weights. */
  readonly weights: Float64Array;
}

/** Stores weights as decisions that an account reads. */
function write(writer: DecisionWriter, signal: BacktestConfig["signal"], bars: WeightedBars): void {
  const { times, close, directions, weights } = bars;
  const { length } = weights;
  for (let i = 0; i < length; i++) directions[i] = weights[i] > 0 ? 1 : weights[i] < 0 ? -1 : 0;
  const decided = writer.decider.decide(directions, signal === "weight" ? { weight: weights } : { strength: weights });
  const first = Math.max(0, Math.min(length, writer.unstored - writer.bars));
  writer.bars += length;
  if (first === length) return;
  const room = writer.sink.room(length - first);
  room.times.set(times.subarray(first));
  room.directions.set(decided.directions.subarray(first));
  // There is no equity before the account is simulated; what is stored must not depend on reused memory.
  room.equity.fill(0, 0, length - first);
  writeColumns(room, {
    times: times.subarray(first),
    close: close.subarray(first),
    directions: decided.directions.subarray(first),
    ...(decided.strengths === undefined ? {} : { strengths: decided.strengths.subarray(first) }),
  });
  writer.sink.takeBars(length - first);
}

function invalidWeight(symbol: string, time: string, value: number): AtcError {
  return new AtcError(
    "ATC_INVALID_ARGUMENT",
    `the strategy decided the weight "${value}" for symbol "${symbol}" at ${time}; write a finite number, or NaN to repeat the last one`,
    { details: { symbol, time, decision: "weight", value: String(value) } },
  );
}

/** Columns with an element per symbol, by name; `timestamp` if the strategy reads it. */
function allocateColumns(names: readonly string[], count: number): UniverseColumns {
  const entries = names.map((name) => [name, new Float64Array(count).fill(Number.NaN)] as const);
  return Object.freeze(Object.fromEntries(entries)) as unknown as UniverseColumns;
}

/** What the time loop works on. */
interface UniverseState {
  readonly windows: SymbolWindows;
  readonly writers: readonly DecisionWriter[];
  readonly symbols: readonly string[];
  readonly columns: UniverseColumns;
  /** The names of the columns that the windows have. */
  readonly names: readonly string[];
  readonly isTicks: boolean;
  readonly options: UniverseStepsOptions;
}

/** Runs the strategy time by time. The returned function decides at the next time, and returns its number of bars. */
function createTimeLoop(state: UniverseState): { next(): number; finish(): readonly string[] } {
  const { windows, writers, symbols, columns, names, isTicks, options } = state;
  const { length } = windows;
  const count = symbols.length;
  const scale = isTicks ? 1e6 : 1;
  const unit = isTicks ? "ns" : "ms";
  const words = new Int32Array(windows.times.buffer);
  const [closes] = windows.columns;
  const targets = names.map((name) => columns[name] as Float64Array);
  const { timestamp } = columns;
  const high = new Int32Array(count);
  const low = new Uint32Array(count);
  const at = new Int32Array(count);
  const end = new Int32Array(count);
  const stored = new Float64Array(count * length);
  const directions = new Int8Array(length);
  const last = new Float64Array(count);
  const weights = new Float64Array(count);
  const groups = createTimeGroups({ high, low });
  const { taken } = groups;
  // A view for each number of symbols that occurs, instead of one per time.
  const views = new Map<number, Int32Array>();
  const bars = { time: 0, present: taken.subarray(0, 0), columns };
  const run = options.strategy.start(symbols);

  function store(symbol: number): void {
    const from = symbol * length;
    const to = end[symbol];
    if (to > from)
      write(writers[symbol], options.config.signal, {
        times: windows.times.subarray(from, to),
        close: closes.subarray(from, to),
        directions: directions.subarray(0, to - from),
        weights: stored.subarray(from, to),
      });
  }

  /** Makes the next bar of a symbol the current one. */
  function advance(symbol: number): void {
    if (at[symbol] === end[symbol]) {
      store(symbol);
      at[symbol] = symbol * length;
      end[symbol] = at[symbol] + windows.refill(symbol);
      if (at[symbol] === end[symbol]) return;
    }
    const row = at[symbol];
    low[symbol] = words[2 * row];
    high[symbol] = words[2 * row + 1];
    groups.add(symbol);
  }

  function present(number: number): Int32Array {
    const known = views.get(number);
    if (known !== undefined) return known;
    const view = taken.subarray(0, number);
    views.set(number, view);
    return view;
  }

  /** Copies a column of the current bars. */
  function gather(from: Float64Array, to: Float64Array, number: number): void {
    if (number < count) to.fill(Number.NaN);
    for (let i = 0; i < number; i++) {
      const symbol = taken[i];
      to[symbol] = from[at[symbol]];
    }
  }

  /** Takes the weights of the current bars, and makes the next bar of each symbol the current one. */
  function takeWeights(number: number): void {
    for (let i = 0; i < number; i++) {
      const symbol = taken[i];
      const weight = weights[symbol];
      if (!Number.isNaN(weight)) {
        if (weight - weight !== 0)
          throw invalidWeight(symbols[symbol], isoTime(windows.times[at[symbol]], unit), weight);
        last[symbol] = weight;
      }
      stored[at[symbol]] = last[symbol];
      at[symbol] = at[symbol] + 1;
      advance(symbol);
    }
  }

  for (let symbol = 0; symbol < count; symbol++) {
    at[symbol] = symbol * length;
    end[symbol] = at[symbol];
    advance(symbol);
  }

  return {
    next() {
      const number = groups.take();
      if (number === 0) return 0;
      const first = taken[0];
      bars.time = (high[first] * 2 ** 32 + low[first]) / scale;
      bars.present = present(number);
      for (let column = 0; column < targets.length; column++) gather(windows.columns[column], targets[column], number);
      if (timestamp !== undefined) {
        timestamp.fill(Number.NaN);
        for (let i = 0; i < number; i++) timestamp[taken[i]] = bars.time;
      }
      weights.fill(Number.NaN);
      run.decide(bars, weights);
      takeWeights(number);
      return number;
    },
    finish() {
      for (const { sink } of writers) sink.finish();
      return run.finish?.() ?? [];
    },
  };
}

/**
 * Runs a strategy that sees all symbols over their merged bars, and stores times, directions and weights of each
 * symbol. Memory does not grow with the bars. Yields the number of finished bars, and returns the warnings of the
 * strategy.
 *
 * @param symbols - one or more, sorted by UTF-16 code unit, whose bars were checked
 * @throws ATC_INVALID_ARGUMENT with symbol and time for an infinite weight; ATC_ABORTED; what the strategy, the dataset
 * and the store throw
 */
export function* universeSteps(
  dataset: Dataset,
  symbols: readonly UniverseSymbol[],
  options: UniverseStepsOptions,
): Generator<number, readonly string[], void> {
  const { config, limit, period, signal, strategy } = options;
  throwIfAborted(signal);
  const read = symbols.map(({ symbol }): WindowedSymbol => {
    const series = dataset.series(symbol);
    const columns = decisionColumns(series, { strategy, config, limit, period, signal });
    return { series, columns, rows: periodRows(series, { limit, period }) };
  });
  const names = [...new Set(["close", ...read.flatMap(({ columns }) => [...columns.prices, ...columns.others])])];
  const windows = createSymbolWindows(read, { names, policy: config.invalidPrices, besides: 1 });
  const [first] = read;
  const hasTimes = first?.columns.times === true;
  const loop = createTimeLoop({
    windows,
    names,
    writers: symbols.map((symbol) => createWriter(symbol, options)),
    symbols: symbols.map(({ symbol }) => symbol),
    columns: allocateColumns(hasTimes ? [...names, "timestamp"] : names, symbols.length),
    isTicks: first?.columns.timeUnit === "ns",
    options,
  });
  let done = 0;
  let reported = 0;
  for (let bars = loop.next(); bars > 0; bars = loop.next()) {
    done += bars;
    if (done - reported < reportedRows) continue;
    reported = done;
    yield done;
    throwIfAborted(signal);
  }
  return loop.finish();
}
