import { type BoundStrategy, startDecisions } from "@atc/backtest";
import { isAtcError, type StrategyBars } from "@atc/contract";
import { createSignalGraph, type SignalGraph } from "@atc/signals";
import type { SweepConfiguration } from "@atc/sweep";
import type { LaneColumns } from "./lane-columns.ts";

/** Gives the directions of several sets of keys at the bars of symbols, block by block. */
export interface DirectionSource extends Disposable {
  /** Rows of directions. */
  readonly rows: number;
  /** Shows the bars of a symbol before `end`, whose directions nobody needs. */
  warmUp(symbol: number, end: number): void;
  /**
   * Writes the directions of every row at bars `from` (inclusive) to `to` (exclusive) of a symbol, which follow those
   * of the call before. Row `r` begins at `r * stride`.
   */
  write(symbol: number, from: number, to: number, into: Int8Array, stride: number): void;
  /** Ends all runs. Returns the rows that failed, whose directions are not to be used. */
  finish(): ReadonlySet<number>;
}

function partOf({ columns }: LaneColumns, from: number, to: number): StrategyBars {
  const parts = Object.entries(columns).map(([name, all]) => [name, all.subarray(from, to)] as const);
  return Object.fromEntries(parts) as unknown as StrategyBars;
}

/** The directions of ATC, from a graph of the nodes that configurations share. */
export function graphDirections(
  signals: readonly SweepConfiguration["signals"][],
  present: readonly LaneColumns[],
): DirectionSource {
  const columnsOf = (symbol: number): LaneColumns => present[symbol] as LaneColumns;
  const graph: SignalGraph = createSignalGraph(signals, {
    symbols: present.length,
    reread: (from, count, symbol) => partOf(columnsOf(symbol), from, from + count),
  });
  return {
    rows: signals.length,
    warmUp(symbol, end) {
      if (end > 0) graph.push(partOf(columnsOf(symbol), 0, end), () => undefined, symbol);
    },
    write(symbol, from, to, into, stride) {
      graph.write(partOf(columnsOf(symbol), from, to), { values: into, stride }, symbol);
    },
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
    rows,
    warmUp: () => undefined,
    write(symbol, from, to, into, stride) {
      const directions = directionsOf(symbol);
      const { length } = (present[symbol] as LaneColumns).times;
      for (let row = 0; row < rows; row++) {
        const own = into.subarray(row * stride, row * stride + to - from);
        // What a failed row has decided may be anything.
        if (failed.has(row)) own.fill(0);
        else own.set(directions.subarray(row * length + from, row * length + to));
      }
    },
    finish: () => failed,
    [Symbol.dispose]: () => undefined,
  };
}
