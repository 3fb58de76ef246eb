import type { BarRoom, CurveReader, CurveSink, CurveStore } from "@atc/backtest";
import { noCurves } from "@atc/backtest";
import { readArea, type SpoolArea, writeArea } from "./spool-area.ts";
import { type SpoolRegion, tradeBytes } from "./spool-layout.ts";
import { createTradeRows } from "./trade-rows.ts";

export interface SpoolAreas {
  /** Bars, and the points of the portfolio. */
  readonly bars: SpoolArea;
  readonly trades: SpoolArea;
}

/** How much of a symbol is in a spool. */
export interface CurveCounts {
  readonly bars: number;
  readonly trades: number;
}

/** A store of curves in a spool. It writes one symbol at a time; each thread has its own store over the same areas. */
export interface SpoolCurves extends CurveStore {
  /** The counts of a symbol; undefined until its sink is finished. */
  counts(symbol: string): CurveCounts | undefined;
  /** Registers curves that another thread has written. */
  register(symbol: string, counts: CurveCounts): void;
}

function emptyRoom(length: number): BarRoom {
  return { times: new BigInt64Array(length), equity: new Float64Array(length), directions: new Int8Array(length) };
}

/** A store over the areas of a spool, for the symbols of `regions`. */
export function spoolCurves(areas: SpoolAreas, regions: ReadonlyMap<string, SpoolRegion>): SpoolCurves {
  const finished = new Map<string, CurveCounts>();
  const tradeRows = createTradeRows();
  // All sinks share one room: it is filled and written before the next request.
  let room = emptyRoom(0);

  function regionOf(symbol: string): SpoolRegion {
    const region = regions.get(symbol);
    if (region === undefined) throw noCurves(symbol);
    return region;
  }

  function readerOf(
    { barOffset, tradeOffset, bars: capacity }: SpoolRegion,
    { bars, trades }: CurveCounts,
  ): CurveReader {
    return {
      bars,
      trades,
      times: (row, into) => readArea(areas.bars, barOffset + 8 * row, into),
      equity: (row, into) => readArea(areas.bars, barOffset + 8 * (capacity + row), into),
      directions: (row, into) => readArea(areas.bars, barOffset + 16 * capacity + row, into),
      readTrades: (row, into) =>
        tradeRows.unpack(into, (from, bytes) => readArea(areas.trades, tradeOffset + tradeBytes * (row + from), bytes)),
    };
  }

  function sinkOf(region: SpoolRegion): CurveSink {
    const { symbol, barOffset, tradeOffset, bars: capacity } = region;
    let bars = 0;
    let trades = 0;
    finished.delete(symbol);
    return {
      room(length) {
        if (room.times.length < length) room = emptyRoom(length);
        room.directions.fill(0);
        return room;
      },
      takeBars(length) {
        writeArea(areas.bars, barOffset + 8 * bars, room.times.subarray(0, length));
        writeArea(areas.bars, barOffset + 8 * (capacity + bars), room.equity.subarray(0, length));
        writeArea(areas.bars, barOffset + 16 * capacity + bars, room.directions.subarray(0, length));
        bars += length;
      },
      takeTrades(more) {
        tradeRows.pack(more, (row, bytes) => writeArea(areas.trades, tradeOffset + tradeBytes * (trades + row), bytes));
        trades += more.length;
      },
      finish() {
        finished.set(symbol, { bars, trades });
        return readerOf(region, { bars, trades });
      },
    };
  }

  return {
    sink: (symbol) => sinkOf(regionOf(symbol)),
    reader(symbol) {
      const counts = finished.get(symbol);
      if (counts === undefined) throw noCurves(symbol);
      return readerOf(regionOf(symbol), counts);
    },
    counts: (symbol) => finished.get(symbol),
    register: (symbol, counts) => void finished.set(symbol, counts),
  };
}
