import type { BadRow, ColumnChunk } from "@atc/contract";
import { AtcError, type ColumnMetadata, dtypeOf, type TypedArray } from "@atc/contract";
import { timeAdvice, timeFault } from "../time/time-advice.ts";
import type { TimeLayout } from "../time/time-layout.ts";
import { allocate } from "./allocate.ts";

/** Options of {@link chunkBuilder}. */
export interface ChunkBuilderOptions {
  /** The source's name, for messages. */
  readonly source: string;
  /** The source's columns: `symbol`, `timestamp`, then the others. */
  readonly columns: readonly ColumnMetadata[];
  /** Number of rows of a full chunk. */
  readonly capacity: number;
  /** The symbols: a list that grows as they appear. */
  readonly symbols: readonly string[];
  /** The texts of each other column of type `text`: lists that grow. */
  readonly dictionaries: Readonly<Record<string, readonly string[]>>;
  /**
   * What to do with a row that has no symbol, no time, a price that is not finite, or an infinite volume. `error`
   * throws, `skip` leaves it out. `nan` keeps it with NaN if only numbers are at fault, and leaves it out otherwise.
   */
  readonly badRows: "error" | "skip" | "nan";
  /** Receives every bad row under `skip` and `nan`. */
  readonly onBadRow?: ((row: BadRow) => void) | undefined;
  /** The number of the first row. Defaults to 1. */
  readonly firstLine?: number;
  /** How the times are written, for messages on texts and numbers that are none. */
  readonly times?: TimeLayout;
}

/** Collects batches of columns into chunks and reports bad rows. */
export interface ChunkBuilder {
  /** The symbol of each of `capacity` rows, as an index into the symbols; -1 if it is missing. */
  readonly symbols: Int32Array;
  /** The time of each of `capacity` rows; `noTime` if it is missing. */
  readonly times: BigInt64Array;
  /** The other columns by name, of `capacity` rows. A missing number is NaN, a missing text -1. */
  readonly columns: Readonly<Record<string, TypedArray>>;
  /** Number of good rows of the current chunk. The source puts a batch at this index. */
  readonly length: () => number;
  /** Number of good rows of all finished chunks. */
  readonly rows: () => number;
  /** Number of rows of all batches. */
  readonly scanned: () => number;
  /** Number of bad rows so far. */
  readonly badRows: () => number;
  /**
   * Counts a row that the source itself rejected and that is in no batch.
   *
   * @throws ATC_INVALID_DATA under `error`
   */
  reject(row: BadRow): void;
  /**
   * Whether the row at an index of the arrays stays if it has a time: for sources that read times last, and count what
   * they find in rows that stay.
   */
  isKept(row: number): boolean;
  /**
   * Accepts the batch of `count` rows at {@link ChunkBuilder.length} and closes the gaps that bad rows leave. For
   * messages, `text` gives the text of a column in a row of the batch, and `place` the row's line and offset. Default:
   * the row's number is its line.
   *
   * @throws ATC_INVALID_DATA for a bad row under `error`
   */
  accept(
    count: number,
    text: (row: number, column: string) => string,
    place?: (row: number) => Pick<BadRow, "line" | "offset">,
  ): void;
  /** Returns the current chunk and begins the next one. Its arrays are valid until the next batch. */
  take(): ColumnChunk;
}

const prices: readonly string[] = ["open", "high", "low", "close"];

/** A fault of one row: the column and the reason of {@link BadRow}. */
interface Fault {
  readonly column: string;
  readonly reason: string;
}

/** A {@link ChunkBuilder} for sources whose rows come as columns. */
export function chunkBuilder(options: ChunkBuilderOptions): ChunkBuilder {
  const { capacity, badRows: policy } = options;
  const symbols = new Int32Array(capacity);
  const times = new BigInt64Array(capacity);
  const entries = options.columns.slice(2).map(({ name, type }) => [name, allocate(dtypeOf(type), capacity)] as const);
  const columns: Readonly<Record<string, TypedArray>> = Object.fromEntries(entries);
  const arrays: readonly TypedArray[] = [symbols, times, ...Object.values(columns)];
  const priceArrays = prices.flatMap((name) => (name in columns ? [columns[name] as Float64Array] : []));
  const volume = (columns["volume"] ?? new Float64Array(0)) as Float64Array;
  const timeHalves = new Int32Array(times.buffer);
  let length = 0;
  let rows = 0;
  let scanned = 0;
  let faults = 0;
  let seenSymbols = 0;
  let emptySymbol = -1;

  const hasSymbol = (row: number): boolean => (options.symbols[symbols[row]] ?? "") !== "";
  const numberFault = (row: number): Fault | undefined => {
    const column = prices.find((name) => name in columns && !Number.isFinite(columns[name]?.[row]));
    if (column === undefined && isInfinite(volume[row])) return { column: "volume", reason: "number" };
    return column === undefined ? undefined : { column, reason: "number" };
  };
  const faultOf = (row: number): Fault | undefined => {
    if (!hasSymbol(row)) return { column: "symbol", reason: "symbol" };
    if (isNoTime(timeHalves, row)) return { column: "timestamp", reason: "time" };
    return numberFault(row);
  };
  const reject = (row: BadRow): void => {
    if (policy === "error") throw badRowError(options.source, row, options.times);
    faults++;
    options.onBadRow?.(row);
  };
  const move = (start: number, end: number, target: number): number => {
    if (start !== target && start < end) for (const array of arrays) array.copyWithin(target, start, end);
    return target + end - start;
  };
  /** Accepts rows from the first bad one, runs of good ones at once. */
  const acceptCarefully = (
    from: number,
    end: number,
    text: (row: number, column: string) => string,
    place: ((row: number) => Pick<BadRow, "line" | "offset">) | undefined,
  ): number => {
    let kept = from;
    let run = from;
    for (let row = from; row < end; row++) {
      const fault = faultOf(row);
      if (fault === undefined) continue;
      const line = scanned + row - length + (options.firstLine ?? 1);
      reject({ line, ...place?.(row - length), ...fault, text: text(row - length, fault.column).slice(0, 80) });
      if (policy === "nan" && fault.reason === "number") {
        for (const array of [...priceArrays, volume]) if (!Number.isFinite(array[row])) array[row] = Number.NaN;
        continue;
      }
      kept = move(run, row, kept);
      run = row + 1;
    }
    return move(run, end, kept);
  };
  return {
    symbols,
    times,
    columns,
    length: () => length,
    rows: () => rows,
    scanned: () => scanned,
    badRows: () => faults,
    reject,
    isKept: (row) => hasSymbol(row) && (policy === "nan" || numberFault(row) === undefined),
    accept: (count, text, place) => {
      const end = length + count;
      for (; seenSymbols < options.symbols.length; seenSymbols++)
        if (options.symbols[seenSymbols] === "") emptySymbol = seenSymbols;
      const limits = [
        firstBadSymbol(symbols, length, end, emptySymbol),
        firstBadTime(timeHalves, length, end),
        ...priceArrays.map((array) => firstNotFinite(array, length, end)),
        firstInfinite(volume, length, volume.length === 0 ? length : end, end),
      ];
      const good = Math.min(...limits);
      length = good === end ? end : acceptCarefully(good, end, text, place);
      scanned += count;
    },
    take: () => {
      const chunk: ColumnChunk = {
        length,
        row: rows,
        symbol: { indices: symbols.subarray(0, length), values: options.symbols },
        columns: Object.fromEntries([
          ["timestamp", times.subarray(0, length)],
          ...entries.map(([name, array]) => [name, array.subarray(0, length)] as const),
        ]),
        ...(Object.keys(options.dictionaries).length > 0 ? { dictionaries: options.dictionaries } : {}),
      };
      rows += length;
      length = 0;
      return chunk;
    },
  };
}

// Three plain loops instead of one over all columns: the engine compiles each for its own array type, about 1 ns per
// row.
function firstBadSymbol(symbols: Int32Array, start: number, end: number, empty: number): number {
  for (let row = start; row < end; row++) {
    const index = symbols[row];
    if (index < 0 || index === empty) return row;
  }
  return end;
}

function isNoTime(timeHalves: Int32Array, row: number): boolean {
  return timeHalves[2 * row + 1] === -(2 ** 31) && timeHalves[2 * row] === 0;
}

function firstBadTime(timeHalves: Int32Array, start: number, end: number): number {
  for (let row = start; row < end; row++) if (isNoTime(timeHalves, row)) return row;
  return end;
}

function firstNotFinite(values: Float64Array, start: number, end: number): number {
  for (let row = start; row < end; row++) {
    const value = values[row];
    if (value - value !== 0) return row;
  }
  return end;
}

function isInfinite(value: number | undefined): boolean {
  return value === Number.POSITIVE_INFINITY || value === Number.NEGATIVE_INFINITY;
}

function firstInfinite(values: Float64Array, start: number, end: number, none: number): number {
  for (let row = start; row < end; row++) if (isInfinite(values[row])) return row;
  return none;
}

/** The columns of numbers that rows of all sources have. */
const canonical: ReadonlySet<string> = new Set(["open", "high", "low", "close", "volume"]);

const explanations: Readonly<Record<string, string>> = {
  symbol: "the symbol is missing",
  time: "not a time that can be stored",
  number: "not a number that can be traded",
};

function badRowError(source: string, row: BadRow, times: TimeLayout | undefined): AtcError {
  const { line, column, reason, text } = row;
  const byte = row.offset === undefined ? "" : ` (byte ${row.offset})`;
  const where = `${byte}${column === undefined ? "" : `, column "${column}"`}`;
  const isTime = reason === "time" && times !== undefined;
  const what = isTime ? timeFault(text, times) : (explanations[reason] ?? `cannot be read (${reason})`);
  const isExtra = reason === "number" && column !== undefined && !canonical.has(column);
  const advice = isTime ? timeAdvice(text, times) : "";
  return new AtcError(
    "ATC_INVALID_DATA",
    `"${source}" line ${line}${where}: "${text}": ${what}; ${advice}correct it, ${isExtra ? "or leave out all columns but prices and volume (--source-option extra=drop), " : ""}or leave out such rows with badRows "skip" (--bad-rows skip)`,
    {
      details: {
        source,
        line,
        ...(row.offset === undefined ? {} : { offset: row.offset }),
        reason,
        text,
        ...(column === undefined ? {} : { column }),
      },
    },
  );
}
