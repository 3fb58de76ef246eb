import { AtcError } from "@atc/contract";
import { allocateFills, copyFills, type Fills, partOfFills } from "../account/fills.ts";
import { allocateTrades, copyTrades, partOfTrades, type Trades } from "../account/trades.ts";
import {
  type BarColumn,
  type BarColumns,
  barColumns,
  type CurveContent,
  type CurveReader,
  type CurveSink,
  type CurveStore,
} from "./curves.ts";
import { fillKind, growingRows, symbolKind, tradeKind, uncleared } from "./growing-rows.ts";

/** Bars, trades and fills of one symbol in arrays of exactly their length. */
export interface CurveArrays {
  /** Time of each bar, without those left out. */
  readonly times: BigInt64Array;
  /** Equity at each close. */
  readonly equity: Float64Array;
  /** The strategy's decision at each close: -1, 0 or 1, before `side` restricts it. */
  readonly directions: Int8Array;
  /** The requested columns. */
  readonly columns: BarColumns;
  /** All trades, the open one last. */
  readonly trades: Trades;
  /** All fills; none if they were not requested. */
  readonly fills: Fills;
  /** The index of the symbol of each trade; absent unless many symbols share the account. */
  readonly tradeSymbols?: Int32Array | undefined;
  /** The index of the symbol of each fill; absent unless many symbols share the account. */
  readonly fillSymbols?: Int32Array | undefined;
}

/** The names of the columns that there are. */
export function namesOf(columns: BarColumns): readonly BarColumn[] {
  return barColumns.filter((name) => columns[name] !== undefined);
}

/** Converts each column that there is. */
function mapColumns(columns: BarColumns, convert: (values: Float64Array, name: BarColumn) => Float64Array): BarColumns {
  return Object.fromEntries(namesOf(columns).map((name) => [name, convert(columns[name] as Float64Array, name)]));
}

/** Columns of `length` bars, all 0. */
export function allocateColumns(names: readonly BarColumn[], length: number): BarColumns {
  return Object.fromEntries(names.map((name) => [name, new Float64Array(length)]));
}

/** Creates a reader of arrays. It does not copy them until a method fills a caller's array. */
export function readerOfArrays(arrays: CurveArrays): CurveReader {
  const { times, equity, directions, columns, trades, fills, tradeSymbols, fillSymbols } = arrays;
  return {
    bars: times.length,
    trades: trades.length,
    fills: fills.length,
    columns: namesOf(columns),
    times: (row, into) => into.set(times.subarray(row, row + into.length)),
    equity: (row, into) => into.set(equity.subarray(row, row + into.length)),
    directions: (row, into) => into.set(directions.subarray(row, row + into.length)),
    column(name, row, into) {
      const values = columns[name];
      if (values === undefined) throw noColumn(name);
      into.set(values.subarray(row, row + into.length));
    },
    readTrades(row, into, symbols) {
      copyTrades(partOfTrades(trades, row, row + into.length), into, 0);
      copySymbols(tradeSymbols, row, symbols);
    },
    readFills(row, into, symbols) {
      copyFills(partOfFills(fills, row, row + into.length), into, 0);
      copySymbols(fillSymbols, row, symbols);
    },
  };
}

/** Fills `into` with indices of symbols from `row` on, or with 0 if all rows are of one symbol. */
function copySymbols(symbols: Int32Array | undefined, row: number, into: Int32Array | undefined): void {
  if (symbols === undefined) into?.fill(0);
  else into?.set(symbols.subarray(row, row + into.length));
}

/**
 * Reads all of a reader's content into arrays.
 *
 * @param areMany - whether many symbols share the account. Default: false
 */
export function arraysOfReader(reader: CurveReader, areMany = false): CurveArrays {
  const arrays = {
    times: new BigInt64Array(reader.bars),
    equity: new Float64Array(reader.bars),
    directions: new Int8Array(reader.bars),
    columns: allocateColumns(reader.columns, reader.bars),
    trades: allocateTrades(reader.trades),
    fills: allocateFills(reader.fills),
    ...(areMany ? { tradeSymbols: new Int32Array(reader.trades), fillSymbols: new Int32Array(reader.fills) } : {}),
  };
  reader.times(0, arrays.times);
  reader.equity(0, arrays.equity);
  reader.directions(0, arrays.directions);
  for (const name of reader.columns) reader.column(name, 0, arrays.columns[name] as Float64Array);
  reader.readTrades(0, arrays.trades, arrays.tradeSymbols);
  reader.readFills(0, arrays.fills, arrays.fillSymbols);
  return arrays;
}

/**
 * A sink that keeps everything in arrays: 17 bytes per bar and 8 per requested column, 95 per trade and 41 per fill,
 * or up to twice as much for trades and fills.
 */
export interface ArraySink extends CurveSink {
  /** What was stored so far. */
  arrays(): CurveArrays;
}

/** Creates a sink for at most `bars` bars. */
export function arraySink(
  bars: number,
  { columns: names = [], fills: keepsFills = false }: CurveContent = {},
): ArraySink {
  const times = new BigInt64Array(uncleared(8 * bars));
  const equity = new Float64Array(uncleared(8 * bars));
  const directions = new Int8Array(bars);
  const columns = allocateColumns(names, bars);
  const trades = growingRows(tradeKind, expectedRows);
  const fills = growingRows(fillKind, expectedRows);
  const tradeSymbols = growingRows(symbolKind, expectedRows);
  const fillSymbols = growingRows(symbolKind, expectedRows);
  let requested = 0;
  let areMany = false;
  let taken = 0;

  /** Rows for one row per bar at most, if they remain as frequent as in the bars so far. */
  function expectedRows(rows: number): number {
    return Math.min(Math.ceil((1.125 * rows * bars) / Math.max(requested, 1)), bars);
  }

  function arrays(): CurveArrays {
    const isFull = taken === bars;
    return {
      times: isFull ? times : times.slice(0, taken),
      equity: isFull ? equity : equity.slice(0, taken),
      directions: isFull ? directions : directions.slice(0, taken),
      columns: isFull ? columns : mapColumns(columns, (values) => values.slice(0, taken)),
      trades: trades.rows(),
      fills: fills.rows(),
      ...(areMany ? { tradeSymbols: tradeSymbols.rows(), fillSymbols: fillSymbols.rows() } : {}),
    };
  }

  return {
    columns: namesOf(columns),
    room(length) {
      requested = taken + length;
      return {
        times: times.subarray(taken, requested),
        equity: equity.subarray(taken, requested),
        directions: directions.subarray(taken, requested),
        columns: mapColumns(columns, (values) => values.subarray(taken, requested)),
      };
    },
    takeBars(length) {
      taken += length;
    },
    takeTrades(more, symbols) {
      trades.add(more);
      if (symbols === undefined) return;
      areMany = true;
      tradeSymbols.add(symbols.subarray(0, more.length));
    },
    takeFills: keepsFills
      ? (more, symbols) => {
          fills.add(more);
          if (symbols === undefined) return;
          areMany = true;
          fillSymbols.add(symbols.subarray(0, more.length));
        }
      : undefined,
    finish: () => readerOfArrays(arrays()),
    arrays,
  };
}

/** A store of curves in arrays. */
export interface ArrayCurves extends CurveStore {
  /** The arrays of a symbol. Throws ATC_NOT_FOUND if its sink is not finished. */
  arrays(symbol: string): CurveArrays;
}

/** Creates a store that keeps the curves of all symbols in memory. */
export function arrayCurves(content: CurveContent = {}): ArrayCurves {
  const finished = new Map<string, CurveArrays>();

  function arraysOf(symbol: string): CurveArrays {
    const found = finished.get(symbol);
    if (found === undefined) throw noCurves(symbol);
    return found;
  }

  return {
    sink(symbol, bars) {
      const sink = arraySink(bars, content);
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

/** The ATC_NOT_FOUND of curves without a column. */
export function noColumn(name: BarColumn): AtcError {
  return new AtcError("ATC_NOT_FOUND", `the curves have no column "${name}"; request it before they are computed`, {
    details: { column: name },
  });
}
