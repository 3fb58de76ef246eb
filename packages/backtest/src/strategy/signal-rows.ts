import {
  AtcError,
  type BacktestConfig,
  type BadRow,
  type ColumnChunk,
  type DataSource,
  type JsonObject,
  type OperationOptions,
} from "@atc/contract";

/** Columns of a table that decide together, and the `signal` under which they do. */
export interface SignalSet {
  /** `strategy` for directions. */
  readonly signal: BacktestConfig["signal"];
  /** Their names. */
  readonly columns: readonly string[];
}

/** The sets of columns that a table of decisions may have. */
export const signalSets: readonly SignalSet[] = Object.freeze([
  { signal: "strategy", columns: ["direction"] },
  { signal: "weight", columns: ["weight"] },
  { signal: "entries", columns: ["longEntry", "longExit", "shortEntry", "shortExit"] },
]);

/** The rows of one symbol, sorted by time, in memory that threads share. */
export interface SymbolSignals {
  /** In ms since the epoch, with fractions for ticks. */
  readonly times: Float64Array;
  /** The columns of the set; NaN repeats the last value. */
  readonly values: readonly Float64Array[];
  /** Why the rows cannot be used. */
  readonly fault?: { readonly message: string; readonly details: JsonObject };
}

/** The decisions of a table, as plain data. */
export interface SignalRows {
  /** What the rows decide. */
  readonly set: SignalSet;
  /** The rows of each symbol. */
  readonly symbols: ReadonlyMap<string, SymbolSignals>;
}

/** Rows of one symbol while they are read, in the order of the file. */
interface GrowingRows {
  length: number;
  times: Float64Array;
  values: readonly Float64Array[];
  /**
   * The line of each row, or its number from 1 if the source has no lines; negative if a text of the row is not a
   * number.
   */
  places: Int32Array;
}

const firstCapacity = 64;

function createRows(columns: number): GrowingRows {
  return {
    length: 0,
    times: new Float64Array(firstCapacity),
    values: Array.from({ length: columns }, () => new Float64Array(firstCapacity)),
    places: new Int32Array(firstCapacity),
  };
}

function longer<Array extends Float64Array | Int32Array>(array: Array, empty: (length: number) => Array): Array {
  const copy = empty(2 * array.length);
  copy.set(array);
  return copy;
}

function grow(rows: GrowingRows): void {
  const floats = (length: number): Float64Array => new Float64Array(length);
  rows.times = longer<Float64Array>(rows.times, floats);
  rows.values = rows.values.map((column) => longer<Float64Array>(column, floats));
  rows.places = longer<Int32Array>(rows.places, (length) => new Int32Array(length));
}

/** Adds the rows of a chunk to those of their symbols. */
function addChunk(chunk: ColumnChunk, set: SignalSet, scale: number, bySymbol: Map<string, GrowingRows>): void {
  const { indices, values: names } = chunk.symbol;
  const words = chunk.columns["timestamp"] as BigInt64Array;
  // Pairs of 32-bit words: one BigInt per row is too slow.
  const times = new Int32Array(words.buffer, words.byteOffset, 2 * chunk.length);
  const columns = set.columns.map((name) => chunk.columns[name] as Float64Array);
  const known: GrowingRows[] = [];
  for (let row = 0; row < chunk.length; row++) {
    const index = indices[row];
    let rows = known[index];
    if (rows === undefined) {
      rows = bySymbol.get(names[index]) ?? createRows(columns.length);
      bySymbol.set(names[index], rows);
      known[index] = rows;
    }
    if (rows.length === rows.times.length) grow(rows);
    const at = rows.length++;
    rows.times[at] = (times[2 * row + 1] * 2 ** 32 + (times[2 * row] >>> 0)) / scale;
    rows.places[at] = chunk.lines === undefined ? chunk.row + row + 1 : chunk.lines[row];
    for (let column = 0; column < columns.length; column++) rows.values[column][at] = columns[column][row];
  }
}

/** The places of rows in the order of their times; undefined if they are in order. */
function orderOf({ times, length }: GrowingRows): Uint32Array | undefined {
  let row = 1;
  while (row < length && times[row] >= times[row - 1]) row++;
  if (row >= length) return undefined;
  return Uint32Array.from({ length }, (_, i) => i).sort((a, b) => times[a] - times[b] || a - b);
}

const missing = Float64Array.of(Number.NaN);

/** Copies a column in an order to shared memory, with one form of NaN, so that equal rows have equal bytes. */
function sharedColumn(column: Float64Array, length: number, order: Uint32Array | undefined): Float64Array {
  const copy = new Float64Array(new SharedArrayBuffer(8 * length));
  for (let row = 0; row < length; row++) {
    const value = column[order === undefined ? row : order[row]];
    // Adding 0 makes 0 of -0.
    copy[row] = Number.isNaN(value) ? missing[0] : value + 0;
  }
  return copy;
}

/** What a value must be, under each set. */
function isAllowed({ signal }: SignalSet, value: number): boolean {
  if (Number.isNaN(value)) return true;
  if (signal === "weight") return value - value === 0;
  if (signal === "entries") return value === 0 || value === 1;
  return value === -1 || value === 0 || value === 1;
}

const allowedTexts: Readonly<Record<SignalSet["signal"], string>> = {
  strategy: "-1 for short, 0 for flat or 1 for long",
  weight: "a finite number",
  entries: "0 or 1",
};

/** The file and the symbol of rows, for messages. */
interface Origin {
  readonly path: string;
  readonly symbol: string;
  readonly hasLines: boolean;
  readonly isTicks: boolean;
  /** Rows with a text that is not a number, by line. */
  readonly badRows: ReadonlyMap<number, BadRow>;
}

/** The first fault of the rows of a symbol. */
function faultOf(
  set: SignalSet,
  { times, values }: SymbolSignals,
  places: Int32Array,
  { path, symbol, hasLines, isTicks, badRows }: Origin,
): SymbolSignals["fault"] {
  const word = hasLines ? "line" : "row";
  const distance = isTicks ? "within a quarter of a microsecond of" : "at";
  const placeOf = (row: number): number => Math.abs(places[row]);
  const detailsOf = (row: number): JsonObject => ({
    path,
    symbol,
    row,
    ...(hasLines ? { line: placeOf(row) } : {}),
  });
  const faultAt = (row: number, column: string, value: string): SymbolSignals["fault"] => ({
    message: `"${path}" ${word} ${placeOf(row)}: symbol "${symbol}" has the ${column} "${value}"; write ${allowedTexts[set.signal]}, or nothing to repeat the last one`,
    details: { ...detailsOf(row), column, value },
  });
  for (let row = 0; row < times.length; row++) {
    if (row > 0 && times[row] === times[row - 1])
      return {
        message: `"${path}" ${word} ${placeOf(row)}: symbol "${symbol}" has two rows ${distance} ${new Date(times[row]).toISOString()}, the other in ${word} ${placeOf(row - 1)}; remove one of them`,
        details: detailsOf(row),
      };
    if (places[row] < 0) {
      const { column = set.columns.join(", "), text = "" } = badRows.get(-places[row]) ?? {};
      return faultAt(row, column, text);
    }
    for (let column = 0; column < values.length; column++) {
      const value = values[column][row];
      if (!isAllowed(set, value)) return faultAt(row, set.columns[column], String(value));
    }
  }
  return undefined;
}

function finished(rows: GrowingRows, set: SignalSet, origin: Origin): SymbolSignals {
  const { length } = rows;
  const order = orderOf(rows);
  const sorted = {
    times: sharedColumn(rows.times, length, order),
    values: rows.values.map((column) => sharedColumn(column, length, order)),
  };
  const places = order === undefined ? rows.places : order.map((row) => rows.places[row]);
  const fault = faultOf(set, sorted, places as Int32Array, origin);
  return fault === undefined ? sorted : { ...sorted, fault };
}

/** Options of {@link readSignals}. */
export interface ReadSignalsOptions extends OperationOptions {
  /** The path of messages. */
  readonly path: string;
  /** The columns that decide; the source must have them. */
  readonly set: SignalSet;
}

/** Rows with a text that is not a number whose texts are kept for messages. */
const mostTexts = 10_000;

/**
 * Reads all rows of a table of decisions into memory: 8 bytes per value and time. A value that is not a decision, or a
 * second row of a time, is the fault of its symbol. So is a text that is not a number, if the source keeps such rows
 * (`badRows: "nan"`) and has lines.
 *
 * @throws what the source throws; ATC_INVALID_DATA with the line of a row that the source leaves out
 */
export async function readSignals(source: DataSource, options: ReadSignalsOptions): Promise<SignalRows> {
  const { path, set, signal } = options;
  const scale = source.kind === "ticks" ? 1e6 : 1;
  const bySymbol = new Map<string, GrowingRows>();
  const badRows = new Map<number, BadRow>();
  let lost: BadRow | undefined;
  const onBadRow = (row: BadRow): void => {
    if (row.reason !== "number") lost ??= row;
    else if (badRows.size < mostTexts) badRows.set(row.line, row);
  };
  let hasLines = true;
  for await (const chunk of source.chunks({ signal, onBadRow })) {
    hasLines = chunk.lines !== undefined;
    addChunk(chunk, set, scale, bySymbol);
  }
  if (!hasLines) lost ??= badRows.values().next().value;
  if (lost !== undefined)
    throw new AtcError("ATC_INVALID_DATA", `"${path}" line ${lost.line}: "${lost.text}" cannot be read; correct it`, {
      details: { path, line: lost.line, reason: lost.reason, text: lost.text },
    });
  const symbols = new Map<string, SymbolSignals>();
  for (const [symbol, rows] of bySymbol) {
    symbols.set(symbol, finished(rows, set, { path, symbol, hasLines, isTicks: scale !== 1, badRows }));
    // The memory of the rows before they were sorted.
    bySymbol.delete(symbol);
  }
  return { set, symbols };
}
