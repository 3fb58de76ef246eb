import type { StrategyBars } from "@atc/contract";
import {
  type BacktestConfig,
  type Block,
  type OperationOptions,
  type ReadonlyTypedArray,
  type Series,
  throwIfAborted,
} from "@atc/contract";
import type { KnownTimes } from "@atc/resample";
import type { PeriodRows } from "../base/period.ts";
import type { DecidedBars } from "../decisions/decider.ts";
import { startDecisions } from "../decisions/decision-run.ts";
import { createPriceScreen, type PriceScreen } from "../prices/price-screen.ts";
import { createSplitScan, type SplitScan } from "../prices/split-scan.ts";
import type { AccountRows } from "../simulation/account-rows.ts";
import type { BoundStrategy } from "../strategy/strategy.ts";
import type { ContextSource } from "../strategy/strategy-context.ts";
import { type ReadColumns, rowPrices } from "./read-columns.ts";

/** Rows between two progress reports: about ten reports per second under ATC, without reading a clock. */
export const rowsBetweenReports = 131_072;

/** Maximum number of bars per block. */
export const defaultBlockLength = 32_768;

/** Options of {@link readDecisions}. */
export interface DecidedBarsOptions extends OperationOptions {
  readonly strategy: BoundStrategy;
  /** A valid configuration. */
  readonly config: BacktestConfig;
  readonly columns: ReadColumns;
  readonly rows: PeriodRows;
  readonly blockLength: number;
  /** Whether the strategy's strength is wanted even if the account does not read it. */
  readonly strength: boolean;
  /** What the dataset says of its times, for longer bars. */
  readonly times?: KnownTimes | undefined;
}

/** Arrays for the times and directions of a block, of at least its length. */
interface DecisionRoom {
  readonly times: BigInt64Array;
  readonly directions: Int8Array;
}

/** Bars with their decisions, as an account reads them. Valid until the next block. */
interface DecidedBlock {
  readonly rows: AccountRows;
  /** Volume of each bar; undefined if it is not read. */
  readonly volume: ReadonlyTypedArray<number> | undefined;
  /** Number of bars. */
  readonly length: number;
  /** Number of rows of the series that are read after the block. */
  readonly done: number;
}

/** Reads the bars of a symbol and decides at each close. */
export interface DecidedReading {
  readonly screen: PriceScreen;
  readonly splits: SplitScan;
  /** Number of valid bars so far. */
  readonly bars: number;
  /**
   * The bars before the period, which only the strategy sees. Yields the number of finished rows, and returns the last
   * bar if there is one: its decision is filled in the period.
   *
   * @param onRows - receives the bars before that last one, in order; valid during the call
   */
  warmUp(onRows?: (rows: AccountRows) => void): Generator<number, AccountRows | undefined, void>;
  /**
   * The bars of the period, block by block. The times and directions are in the arrays that `room` returns. Progress is
   * reported, and an abort throws, when the next block is requested.
   */
  blocks(room: (length: number) => DecisionRoom): Generator<DecidedBlock, void, void>;
  /** Ends the strategy and returns its warnings. */
  finish(): readonly string[];
}

function reuseRoom(): (length: number) => DecisionRoom {
  let room: DecisionRoom = { times: new BigInt64Array(0), directions: new Int8Array(0) };
  return (length) => {
    if (room.times.length < length) room = { times: new BigInt64Array(length), directions: new Int8Array(length) };
    return room;
  };
}

/** Rows `from` (inclusive) to `to` (exclusive) as views. */
function partOfRows(
  { times, directions, strengths, entries, close, open, high, low }: AccountRows,
  from: number,
  to: number,
): AccountRows {
  return {
    times: times.subarray(from, to),
    directions: directions.subarray(from, to),
    close: close.subarray(from, to),
    ...(open === undefined ? {} : { open: open.subarray(from, to) }),
    ...(high === undefined ? {} : { high: high.subarray(from, to) }),
    ...(low === undefined ? {} : { low: low.subarray(from, to) }),
    ...(strengths === undefined ? {} : { strengths: strengths.subarray(from, to) }),
    ...(entries === undefined ? {} : { entries: entries.subarray(from, to) }),
  };
}

/** Copies the last row of a block. */
function lastRow({ times, directions, strengths, entries, close, open, high, low }: AccountRows): AccountRows {
  const last = times.length - 1;
  const price = (values: AccountRows["close"]): Float64Array => Float64Array.of(values[last]);
  return {
    times: times.slice(last),
    directions: directions.slice(last),
    close: price(close),
    ...(open === undefined ? {} : { open: price(open) }),
    ...(high === undefined ? {} : { high: price(high) }),
    ...(low === undefined ? {} : { low: price(low) }),
    ...(strengths === undefined ? {} : { strengths: strengths.slice(last) }),
    ...(entries === undefined ? {} : { entries: entries.slice(last) }),
  };
}

/** Times in ms, as a strategy reads them. The array is reused. */
function createMilliseconds(timeUnit: ReadColumns["timeUnit"]): (times: BigInt64Array, length: number) => Float64Array {
  const scale = timeUnit === "ns" ? 1e6 : 1;
  let memory = new Float64Array(0);
  return (times, length) => {
    if (memory.length < length) memory = new Float64Array(length);
    // Pairs of 32-bit words: one BigInt per bar is too slow.
    const words = new Int32Array(times.buffer, times.byteOffset, 2 * length);
    for (let i = 0; i < length; i++) memory[i] = (words[2 * i + 1] * 2 ** 32 + (words[2 * i] >>> 0)) / scale;
    return memory.subarray(0, length);
  };
}

/** What the longer bars of a strategy are made from: the columns that it requests, and that the series has. */
function contextSource(series: Series, { strategy, columns, times }: DecidedBarsOptions): ContextSource {
  const { columns: needed, optionalColumns = [] } = strategy;
  const read = new Set([...columns.prices, ...columns.others]);
  const requested = ["close", ...needed, ...optionalColumns].filter((name) => read.has(name));
  return {
    series,
    columns: [...new Set(requested)],
    kind: columns.timeUnit === "ns" ? "ticks" : "bars",
    times,
  };
}

/** Starts the strategy on a series. */
export function readDecisions(series: Series, options: DecidedBarsOptions): DecidedReading {
  const { strategy, config, columns, rows, blockLength, strength, signal, onProgress } = options;
  const { symbol } = series;
  const { prices, excursions, timeUnit } = columns;
  const others = [...new Set([...excursions, ...columns.others, ...columns.volume])];
  const run = startDecisions(strategy, config, symbol, { strength, source: contextSource(series, options) });
  const policy = config.invalidPrices;
  const screen = createPriceScreen({ symbol, timeUnit, prices, others, policy });
  const splits = createSplitScan();
  const milliseconds = createMilliseconds(timeUnit);
  const total = rows.to - rows.start;
  let bars = 0;
  let reported = 0;

  function finished(block: Block): number {
    const done = block.row + block.length - rows.start;
    if (done === total || done - reported >= rowsBetweenReports) {
      reported = done;
      onProgress?.({ phase: "computing", done, total, unit: "bars" });
    }
    return done;
  }

  function decided(taken: StrategyBars, { times, directions }: DecisionRoom): AccountRows {
    const { length } = taken.close;
    const own = directions.subarray(0, length);
    const ms = columns.times || run.needsTimes ? milliseconds(times, length) : undefined;
    const seen = columns.times ? { ...taken, timestamp: ms } : taken;
    const decisions: DecidedBars = length > 0 ? run.decide(seen, own, ms) : { directions: own };
    return { times: times.subarray(0, length), ...rowPrices(taken, columns), ...decisions };
  }

  function* read(from: number, to: number, roomOf: (length: number) => DecisionRoom): Generator<DecidedBlock, void> {
    if (from >= to) return;
    const names = ["timestamp", ...prices, ...others];
    for (const block of series.blocks({ columns: names, from, to, blockLength })) {
      const room = roomOf(block.length);
      const taken = screen.take(block, room.times) as StrategyBars;
      const { length } = taken.close;
      const accountRows = decided(taken, room);
      splits.push(taken.close, accountRows.times);
      bars += length;
      const volume = columns.volume.length > 0 ? taken["volume"] : undefined;
      yield { rows: accountRows, volume, length, done: finished(block) };
      // Checked here and not in the caller, so that the iteration over the series ends too.
      throwIfAborted(signal);
    }
  }

  return {
    screen,
    splits,
    get bars() {
      return bars;
    },
    *warmUp(onRows) {
      let last: AccountRows | undefined;
      for (const { rows: block, length, done } of read(rows.start, rows.from, reuseRoom())) {
        if (length > 0) {
          if (last !== undefined) onRows?.(last);
          if (length > 1) onRows?.(partOfRows(block, 0, length - 1));
          last = lastRow(block);
        }
        yield done;
      }
      return last;
    },
    blocks: (room) => read(rows.from, rows.to, room),
    finish: run.finish,
  };
}
