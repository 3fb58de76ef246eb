import {
  allocateColumns,
  type BarColumn,
  type BarRoom,
  type CurveContent,
  type CurveReader,
  type CurveSink,
  type CurveStore,
  noColumn,
  noCurves,
} from "@atc/backtest";
import { readArea, type SpoolArea, writeArea } from "./spool-area.ts";
import { fillBytes, type SpoolRegion, tradeBytes } from "./spool-layout.ts";
import { createFillRows, createTradeRows } from "./trade-rows.ts";

export interface SpoolAreas {
  /** Bars, and the points of the portfolio. */
  readonly bars: SpoolArea;
  /** Trades and fills. */
  readonly trades: SpoolArea;
  /** What there is besides times, equity, directions and trades. */
  readonly content: CurveContent;
}

/** How much of a symbol is in a spool. */
export interface CurveCounts {
  readonly bars: number;
  readonly trades: number;
  readonly fills: number;
}

/** A store of curves in a spool. It writes one symbol at a time; each thread has its own store over the same areas. */
export interface SpoolCurves extends CurveStore {
  /** The counts of a symbol; undefined until its sink is finished. */
  counts(symbol: string): CurveCounts | undefined;
  /** Registers curves that another thread has written. */
  register(symbol: string, counts: CurveCounts): void;
}

/** A store over the areas of a spool, for the symbols of `regions`. */
export function spoolCurves(areas: SpoolAreas, regions: ReadonlyMap<string, SpoolRegion>): SpoolCurves {
  const { columns = [], fills: keepsFills = false } = areas.content;
  const finished = new Map<string, CurveCounts>();
  const tradeRows = createTradeRows();
  const fillRows = createFillRows();
  // All sinks share one room: it is filled and written before the next request.
  let room = emptyRoom(0);

  function emptyRoom(length: number): BarRoom {
    return {
      times: new BigInt64Array(length),
      equity: new Float64Array(length),
      directions: new Int8Array(length),
      columns: allocateColumns(columns, length),
    };
  }

  function regionOf(symbol: string): SpoolRegion {
    const region = regions.get(symbol);
    if (region === undefined) throw noCurves(symbol);
    return region;
  }

  /** The offsets of the bars' arrays from bar `row` on. */
  function placesOf({ barOffset, bars: capacity }: SpoolRegion, row: number) {
    const numbers = (index: number): number => barOffset + 8 * (index * capacity + row);
    return {
      times: numbers(0),
      equity: numbers(1),
      column: (index: number) => numbers(2 + index),
      directions: barOffset + 8 * (2 + columns.length) * capacity + row,
    };
  }

  function readerOf(region: SpoolRegion, { bars, trades, fills }: CurveCounts): CurveReader {
    const { tradeOffset, fillOffset } = region;
    return {
      bars,
      trades,
      fills,
      columns,
      times: (row, into) => readArea(areas.bars, placesOf(region, row).times, into),
      equity: (row, into) => readArea(areas.bars, placesOf(region, row).equity, into),
      directions: (row, into) => readArea(areas.bars, placesOf(region, row).directions, into),
      column(name, row, into) {
        const index = columns.indexOf(name);
        if (index < 0) throw noColumn(name);
        readArea(areas.bars, placesOf(region, row).column(index), into);
      },
      readTrades: (row, into, symbols) =>
        tradeRows.unpack(
          into,
          (from, bytes) => readArea(areas.trades, tradeOffset + tradeBytes * (row + from), bytes),
          symbols,
        ),
      readFills: (row, into, symbols) =>
        fillRows.unpack(
          into,
          (from, bytes) => readArea(areas.trades, fillOffset + fillBytes * (row + from), bytes),
          symbols,
        ),
    };
  }

  function sinkOf(region: SpoolRegion): CurveSink {
    const { symbol, tradeOffset, fillOffset } = region;
    let bars = 0;
    let trades = 0;
    let fills = 0;
    finished.delete(symbol);
    return {
      columns,
      room(length) {
        if (room.times.length < length) room = emptyRoom(length);
        room.directions.fill(0);
        return room;
      },
      takeBars(length) {
        const places = placesOf(region, bars);
        writeArea(areas.bars, places.times, room.times.subarray(0, length));
        writeArea(areas.bars, places.equity, room.equity.subarray(0, length));
        for (const [index, name] of columns.entries())
          writeArea(areas.bars, places.column(index), columnOf(room, name).subarray(0, length));
        writeArea(areas.bars, places.directions, room.directions.subarray(0, length));
        bars += length;
      },
      takeTrades(more, symbols) {
        tradeRows.pack(
          more,
          (row, bytes) => writeArea(areas.trades, tradeOffset + tradeBytes * (trades + row), bytes),
          symbols,
        );
        trades += more.length;
      },
      takeFills: keepsFills
        ? (more, symbols) => {
            fillRows.pack(
              more,
              (row, bytes) => writeArea(areas.trades, fillOffset + fillBytes * (fills + row), bytes),
              symbols,
            );
            fills += more.length;
          }
        : undefined,
      finish() {
        const counts = { bars, trades, fills };
        finished.set(symbol, counts);
        return readerOf(region, counts);
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

function columnOf({ columns }: BarRoom, name: BarColumn): Float64Array {
  const values = columns[name];
  if (values === undefined) throw noColumn(name);
  return values;
}
