import type {
  BadRow,
  ChunksOptions,
  ColumnChunk,
  ColumnMetadata,
  DataSource,
  DType,
  RowKind,
  SourceSummary,
  TypedArray,
} from "@atc/contract";
import { dtypeOf } from "@atc/contract";
import { allocate } from "@atc/plugin-kit";

/** A row of a test's source: a symbol, a time and the other columns by name. */
export interface Row {
  readonly symbol: string;
  readonly time: bigint | number;
  readonly [column: string]: bigint | number | string;
}

/** What a test's source is made of. */
export interface MemorySourceOptions {
  readonly name?: string;
  readonly kind?: RowKind;
  /** The columns other than `symbol` and `timestamp`. Default: `close`. */
  readonly columns?: readonly ColumnMetadata[];
  readonly chunkRows?: number;
  readonly badRows?: readonly BadRow[];
  /** Called before each chunk with the number of rows so far; may throw or abort. */
  readonly onChunk?: (rows: number) => void;
}

const close: readonly ColumnMetadata[] = [{ name: "close", type: "float64" }];

/** A source of rows in memory; counts how often it was read. */
export function memorySource(
  rows: readonly Row[],
  options: MemorySourceOptions = {},
): DataSource & { readings: number } {
  const { kind = "bars", columns = close, chunkRows = 7, name = "rows.csv" } = options;
  const all: readonly ColumnMetadata[] = [
    { name: "symbol", type: "text" },
    { name: "timestamp", type: kind === "bars" ? "timestamp[ms]" : "timestamp[ns]" },
    ...columns,
  ];
  let summary: SourceSummary | undefined;
  const source = {
    identity: { name, parts: { rows: rows.length, content: JSON.stringify(rows, (_, v) => String(v)) } },
    kind,
    columns: all,
    readings: 0,
    async *chunks(asked: ChunksOptions = {}): AsyncGenerator<ColumnChunk> {
      source.readings++;
      const values: string[] = [];
      const numbers = new Map<string, number>();
      for (const bad of options.badRows ?? []) asked.onBadRow?.(bad);
      for (let row = 0; row < rows.length; row += chunkRows) {
        options.onChunk?.(row);
        yield await Promise.resolve(chunkOf(rows.slice(row, row + chunkRows), row, all, values, numbers));
      }
      options.onChunk?.(rows.length);
      summary = { rows: rows.length, badRows: options.badRows?.length ?? 0, bytes: 0, hash: "0123456789abcdef" };
    },
    summary: () => summary,
    async [Symbol.asyncDispose]() {
      await Promise.resolve();
    },
  };
  return source;
}

function chunkOf(
  rows: readonly Row[],
  row: number,
  columns: readonly ColumnMetadata[],
  values: string[],
  numbers: Map<string, number>,
): ColumnChunk {
  const indices = Int32Array.from(rows, ({ symbol }) => {
    const index = numbers.get(symbol) ?? values.push(symbol) - 1;
    numbers.set(symbol, index);
    return index;
  });
  const arrays: Record<string, TypedArray> = {};
  for (const { name, type } of columns.slice(1)) {
    const array = allocate<DType>(dtypeOf(type), rows.length);
    for (const [i, each] of rows.entries()) {
      const value = name === "timestamp" ? each.time : (each[name] ?? Number.NaN);
      if (array instanceof BigInt64Array) array[i] = BigInt(value);
      else array[i] = Number(value);
    }
    arrays[name] = array;
  }
  return { length: rows.length, row, symbol: { indices, values }, columns: arrays };
}
