import { type BoundStrategy, startDecisions } from "@atc/backtest";
import { isAtcError, type StrategyBars } from "@atc/contract";
import { createSignalGraph, type DirectionMatrix, type SignalGraph } from "@atc/signals";
import type { SweepConfiguration } from "@atc/sweep";
import type { LaneColumns } from "./lane-columns.ts";

/** Gives the directions of several sets of keys at the bars of symbols, block by block. */
export interface DirectionSource extends Disposable {
  /** Whether directions that were read stay valid until disposal. */
  readonly areKept: boolean;
  /** Shows the bars of a symbol before `end`, whose directions nobody needs. */
  warmUp(symbol: number, end: number): void;
  /**
   * The directions of every row at bars `from` (inclusive) to `to` (exclusive) of a symbol, which follow those of the
   * call before. Valid until the next call, or longer if `areKept`.
   */
  read(symbol: number, from: number, to: number): DirectionMatrix;
  /** Ends all runs. Returns the rows that failed, whose directions are not to be used. */
  finish(): ReadonlySet<number>;
}

function partOf({ columns }: LaneColumns, from: number, to: number): StrategyBars {
  const parts = Object.entries(columns).map(([name, all]) => [name, all.subarray(from, to)] as const);
  return Object.fromEntries(parts) as unknown as StrategyBars;
}

/**
 * The directions of ATC, from a graph of the nodes that configurations share. Up to `window` bars are read at a time;
 * it is a multiple of 64.
 */
export function graphDirections(
  signals: readonly SweepConfiguration["signals"][],
  present: readonly LaneColumns[],
  window: number,
): DirectionSource {
  const columnsOf = (symbol: number): LaneColumns => present[symbol] as LaneColumns;
  const graph: SignalGraph = createSignalGraph(signals, {
    symbols: present.length,
    window,
    reread: (from, count, symbol) => partOf(columnsOf(symbol), from, from + count),
  });
  return {
    areKept: false,
    warmUp(symbol, end) {
      const columns = columnsOf(symbol);
      for (let from = 0; from < end; from += window)
        graph.advance(partOf(columns, from, Math.min(from + window, end)), symbol);
    },
    read: (symbol, from, to) => graph.advance(partOf(columnsOf(symbol), from, to), symbol),
    finish: () => new Set(),
    [Symbol.dispose]: () => graph[Symbol.dispose](),
  };
}

/** What {@link strategyDirections} needs. */
export interface StrategyDirectionsOptions {
  /** A configuration per row of directions. */
  readonly configurations: readonly SweepConfiguration[];
  readonly strategyOf: (configuration: SweepConfiguration) => BoundStrategy;
  /** The names of the symbols in the order of `present`. */
  readonly symbols: readonly string[];
  readonly present: readonly LaneColumns[];
  /** Called before the code of a row runs on a symbol. */
  readonly onRow: (row: number) => void;
}

/**
 * The directions of a strategy under several sets of parameters. They are computed for all bars of a symbol in the
 * blocks that a backtest has, so that a strategy that wrongly depends on them decides the same. They take a byte per
 * row and bar.
 */
export function strategyDirections(options: StrategyDirectionsOptions): DirectionSource {
  const { configurations, strategyOf, symbols, present, onRow } = options;
  const rows = configurations.length;
  const failed = new Set<number>();
  const known: (Int8Array | undefined)[] = [];

  /** Decides at all bars of a symbol. What code of a strategy throws is the fault of the row. */
  function decide(row: number, symbol: number, into: Int8Array): void {
    if (failed.has(row)) return;
    onRow(row);
    const configuration = configurations[row] as SweepConfiguration;
    const columns = present[symbol] as LaneColumns;
    try {
      const run = startDecisions(strategyOf(configuration), configuration.backtest, symbols[symbol] as string);
      for (const { from, to } of columns.blocks) run.decide(partOf(columns, from, to), into.subarray(from, to));
      run.finish();
    } catch (error) {
      if (isAtcError(error, "ATC_ABORTED")) throw error;
      failed.add(row);
      // What the row has decided may be anything.
      into.fill(0);
    }
  }

  function directionsOf(symbol: number): Int8Array {
    const found = known[symbol];
    if (found !== undefined) return found;
    const { length } = (present[symbol] as LaneColumns).times;
    const directions = new Int8Array(rows * length);
    for (let row = 0; row < rows; row++) decide(row, symbol, directions.subarray(row * length, (row + 1) * length));
    known[symbol] = directions;
    return directions;
  }

  return {
    areKept: true,
    warmUp: () => undefined,
    read(symbol, from) {
      const { length } = (present[symbol] as LaneColumns).times;
      return { values: directionsOf(symbol).subarray(from), stride: length };
    },
    finish: () => failed,
    [Symbol.dispose]: () => undefined,
  };
}
