import { AtcError } from "@atc/contract";
import { allocateTrades, copyTrades, partOfTrades, type Trades } from "../account/trades.ts";
import type { CurveReader, CurveSink, CurveStore } from "./curves.ts";

/** Bars and trades of one symbol in arrays of exactly their length. */
export interface CurveArrays {
  /** Time of each bar, without those left out. */
  readonly times: BigInt64Array;
  /** Equity at each close. */
  readonly equity: Float64Array;
  /** The strategy's decision at each close: -1, 0 or 1, before `side` restricts it. */
  readonly directions: Int8Array;
  /** All trades, the open one last. */
  readonly trades: Trades;
}

/** Creates a reader of arrays. It does not copy them until a method fills a caller's array. */
export function readerOfArrays({ times, equity, directions, trades }: CurveArrays): CurveReader {
  return {
    bars: times.length,
    trades: trades.length,
    times: (row, into) => into.set(times.subarray(row, row + into.length)),
    equity: (row, into) => into.set(equity.subarray(row, row + into.length)),
    directions: (row, into) => into.set(directions.subarray(row, row + into.length)),
    readTrades: (row, into) => copyTrades(partOfTrades(trades, row, row + into.length), into, 0),
  };
}

/** Reads all of a reader's content into arrays. */
export function arraysOfReader(reader: CurveReader): CurveArrays {
  const arrays = {
    times: new BigInt64Array(reader.bars),
    equity: new Float64Array(reader.bars),
    directions: new Int8Array(reader.bars),
    trades: allocateTrades(reader.trades),
  };
  reader.times(0, arrays.times);
  reader.equity(0, arrays.equity);
  reader.directions(0, arrays.directions);
  reader.readTrades(0, arrays.trades);
  return arrays;
}

/** A sink that keeps bars and trades in arrays: 17 bytes per bar, and 95 to 190 per trade. */
export interface ArraySink extends CurveSink {
  /** The bars and trades so far. */
  arrays(): CurveArrays;
}

/** Creates a sink for at most `bars` bars. */
export function arraySink(bars: number): ArraySink {
  const times = new BigInt64Array(uncleared(8 * bars));
  const equity = new Float64Array(uncleared(8 * bars));
  const directions = new Int8Array(bars);
  let trades = allocateTrades(64);
  let taken = 0;
  let requested = 0;
  let listed = 0;

  /** Rows for all trades, if they remain as frequent as in the bars so far; at least twice as many as now. */
  function expectedTrades(least: number): number {
    const frequency = least / Math.max(requested, 1);
    return Math.max(2 * trades.length, least, Math.min(Math.ceil(1.125 * frequency * bars), bars));
  }

  function arrays(): CurveArrays {
    const isFull = taken === bars;
    return {
      times: isFull ? times : times.slice(0, taken),
      equity: isFull ? equity : equity.slice(0, taken),
      directions: isFull ? directions : directions.slice(0, taken),
      trades: trimmed(trades, listed),
    };
  }

  return {
    room(length) {
      requested = taken + length;
      return {
        times: times.subarray(taken, taken + length),
        equity: equity.subarray(taken, taken + length),
        directions: directions.subarray(taken, taken + length),
      };
    },
    takeBars(length) {
      taken += length;
    },
    takeTrades(more) {
      if (listed + more.length > trades.length) {
        const larger = unclearedTrades(expectedTrades(listed + more.length));
        copyTrades(partOfTrades(trades, 0, listed), larger, 0);
        trades = larger;
      }
      copyTrades(more, trades, listed);
      listed += more.length;
    },
    finish: () => readerOfArrays(arrays()),
    arrays,
  };
}

/**
 * Memory that is not cleared: to clear it first takes as long as to fill it, and every row is written before it is
 * given to anyone.
 */
function uncleared(bytes: number): ArrayBuffer {
  return Buffer.allocUnsafeSlow(bytes).buffer as ArrayBuffer;
}

/** A table of `capacity` rows with arbitrary values. */
function unclearedTrades(capacity: number): Trades {
  const columns = Object.entries(allocateTrades(0)).map(([name, column]) => [
    name,
    typeof column === "number" ? capacity : new column.constructor(uncleared(column.BYTES_PER_ELEMENT * capacity)),
  ]);
  return Object.fromEntries(columns) as Trades;
}

/** The first `length` rows: views if most of the table is used, since a copy of every column costs as much again. */
function trimmed(trades: Trades, length: number): Trades {
  const part = partOfTrades(trades, 0, length);
  if (2 * length >= trades.length) return part;
  const copy = allocateTrades(length);
  copyTrades(part, copy, 0);
  return copy;
}

/** A store of curves in arrays. */
export interface ArrayCurves extends CurveStore {
  /** The arrays of a symbol. Throws ATC_NOT_FOUND if its sink is not finished. */
  arrays(symbol: string): CurveArrays;
}

/** Creates a store that keeps the curves of all symbols in memory. */
export function arrayCurves(): ArrayCurves {
  const finished = new Map<string, CurveArrays>();

  function arraysOf(symbol: string): CurveArrays {
    const found = finished.get(symbol);
    if (found === undefined) throw noCurves(symbol);
    return found;
  }

  return {
    sink(symbol, bars) {
      const sink = arraySink(bars);
      return {
        ...sink,
        finish() {
          const arrays = sink.arrays();
          finished.set(symbol, arrays);
          return readerOfArrays(arrays);
        },
      };
    },
    reader: (symbol) => readerOfArrays(arraysOf(symbol)),
    arrays: arraysOf,
  };
}

/** The ATC_NOT_FOUND of a store that has no curves of a symbol. */
export function noCurves(symbol: string): AtcError {
  return new AtcError("ATC_NOT_FOUND", `there are no curves of "${symbol}"; compute the symbol first`, {
    details: { symbol },
  });
}
