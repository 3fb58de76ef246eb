import {
  AtcError,
  type Block,
  type BlocksOptions,
  type ColumnMetadata,
  type DType,
  type ReadonlyTypedArray,
  type RowKind,
  type Series,
  type TypedArray,
} from "@atc/contract";

/**
 * Columns by name. `timestamp` is a BigInt64Array in the kind's unit (ms for bars, ns for ticks) or an array of
 * numbers in ms. The others are typed arrays, which are not copied, or arrays of numbers, which become float64.
 */
export type MemoryColumns = Readonly<Record<string, TypedArray | readonly number[]>>;

const dtypes: readonly (readonly [DType, abstract new (...rest: never[]) => TypedArray])[] = [
  ["float64", Float64Array],
  ["float32", Float32Array],
  ["int8", Int8Array],
  ["uint8", Uint8Array],
  ["int32", Int32Array],
  ["uint32", Uint32Array],
];

function refuse(symbol: string, what: string): AtcError {
  return new AtcError("ATC_INVALID_DATA", `symbol "${symbol}": ${what}`, { details: { symbol } });
}

function timesOf(symbol: string, column: TypedArray | readonly number[] | undefined, kind: RowKind): BigInt64Array {
  if (column === undefined) throw refuse(symbol, 'there is no column "timestamp"; give the time of every row');
  const nsPerMs = kind === "ticks" ? 1_000_000n : 1n;
  const times =
    column instanceof BigInt64Array
      ? column
      : BigInt64Array.from(column as ArrayLike<number>, (ms) => BigInt(Math.round(ms)) * nsPerMs);
  for (let i = 1; i < times.length; i++)
    if (times[i] < times[i - 1]) throw refuse(symbol, `the time goes back at row ${i}; sort the rows by time`);
  return times;
}

function valuesOf(name: string, column: TypedArray | readonly number[]): readonly [ColumnMetadata, TypedArray] {
  const found = dtypes.find(([, type]) => column instanceof type);
  if (found === undefined || Array.isArray(column))
    return [{ name, type: "float64" }, Float64Array.from(column as readonly number[])];
  return [{ name, type: found[0] }, column as TypedArray];
}

function argument(message: string): AtcError {
  return new AtcError("ATC_INVALID_ARGUMENT", message);
}

/**
 * Creates a series over arrays in memory, for tests and for callers with their own data.
 *
 * @throws ATC_INVALID_DATA if there are no rows, lengths differ, `timestamp` is missing or times decrease
 */
export function memorySeries(symbol: string, columns: MemoryColumns, kind: RowKind = "bars"): Series {
  const times = timesOf(symbol, columns["timestamp"], kind);
  const rows = times.length;
  if (rows === 0) throw refuse(symbol, "there are no rows; give one or more");
  const metadata: ColumnMetadata[] = [
    { name: "timestamp", type: kind === "ticks" ? "timestamp[ns]" : "timestamp[ms]" },
  ];
  const numbers = new Map<string, ReadonlyTypedArray<number>>();
  for (const [name, column] of Object.entries(columns)) {
    if (name === "timestamp") continue;
    const [meta, values] = valuesOf(name, column);
    if (values.length !== rows) throw refuse(symbol, `column "${name}" has ${values.length} rows, "timestamp" ${rows}`);
    metadata.push(meta);
    numbers.set(name, values as ReadonlyTypedArray<number>);
  }
  return overArrays(symbol, metadata, times, numbers);
}

function overArrays(
  symbol: string,
  columns: readonly ColumnMetadata[],
  times: BigInt64Array,
  numbers: ReadonlyMap<string, ReadonlyTypedArray<number>>,
): Series {
  const rows = times.length;
  const words = new Int32Array(times.buffer, times.byteOffset, 2 * rows);

  function column(name: string): ReadonlyTypedArray<number> {
    const values = numbers.get(name);
    if (values === undefined) throw argument(`symbol "${symbol}" has no numeric column "${name}"`);
    return values;
  }

  function block(row: number, length: number, wanted: ReadonlySet<string>): Block {
    const end = row + length;
    const asked = (name: string): void => {
      if (!wanted.has(name)) throw argument(`the column "${name}" was not requested`);
    };
    return {
      row,
      length,
      values(name) {
        asked(name);
        return column(name).subarray(row, end);
      },
      times() {
        asked("timestamp");
        return times.subarray(row, end);
      },
      timeWords() {
        asked("timestamp");
        return words.subarray(2 * row, 2 * end);
      },
    };
  }

  function* blocks(options: BlocksOptions): Generator<Block> {
    const { from = 0, to = rows, blockLength = rows } = options;
    if (!(from >= 0 && from <= to && to <= rows)) throw argument(`rows ${from} to ${to} are not within 0 to ${rows}`);
    if (!(blockLength >= 1)) throw argument(`blockLength is "${blockLength}"; give 1 or more`);
    const wanted = new Set(options.columns);
    for (let row = from; row < to; row += blockLength) yield block(row, Math.min(blockLength, to - row), wanted);
  }

  return {
    symbol,
    length: rows,
    columns,
    blocks,
    window(name, start, length) {
      if (!(start >= 0 && length >= 0 && start + length <= rows))
        throw argument(`rows ${start} to ${start + length} are not within 0 to ${rows}`);
      return column(name).subarray(start, start + length);
    },
  };
}
