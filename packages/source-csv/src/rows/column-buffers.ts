import type { ColumnChunk, ColumnMetadata, TypedArray } from "@atc/contract";
import type { CsvLayout } from "../layout/csv-layout.ts";
import { createDictionary, type Dictionary } from "../text/dictionary.ts";
import type { RowMemory } from "./row-memory.ts";

/** The arrays that rows are parsed into. Chunks share them. */
export interface ColumnBuffers {
  /** Rows that fit. */
  readonly capacity: number;
  /** The array of each field of numbers; empty for other fields. */
  readonly numbers: readonly Float64Array[];
  /** The dictionary indices of each field of kept text; empty for other fields. */
  readonly texts: readonly Int32Array[];
  /** The dictionary of each field of kept text; other fields share one that stays empty. */
  readonly dictionaries: readonly Dictionary[];
  /** Indices into `symbolDictionary`. */
  readonly symbols: Int32Array;
  readonly symbolDictionary: Dictionary;
  /** The 32-bit halves of the int64 times, low half first. */
  readonly timeWords: Int32Array;
  /**
   * The line of each row, if rows are reshaped afterwards or chunks have lines; negative if the row was reported as bad
   * and stays.
   */
  readonly lines: Int32Array | undefined;
  /**
   * The first `length` rows as a chunk, without a copy; `row` is the source's row at its start. Divides prices by the
   * price scale.
   */
  chunk(length: number, row: number): ColumnChunk;
}

/** The fields' arrays by column name. */
function columnArrays(
  layout: CsvLayout,
  times: BigInt64Array,
  arrays: readonly (Float64Array | Int32Array)[],
): (readonly [string, TypedArray])[] {
  const named = new Map(layout.fields.map(({ name }, field) => [name, field]));
  // Columns that are computed from several fields have no array here.
  return layout.columns.slice(1).flatMap(({ name }: ColumnMetadata) => {
    const array = name === "timestamp" ? times : arrays[named.get(name) ?? -1];
    return array === undefined ? [] : [[name, array] as const];
  });
}

/** Bytes of memory that the buffers for `capacity` rows need. */
export function columnsLength(layout: CsvLayout, capacity: number): number {
  return capacity * (12 + 8 * layout.fields.length);
}

/** Allocates buffers for `capacity` rows of a layout in a memory. */
export function columnBuffers(
  layout: CsvLayout,
  capacity: number,
  memory: RowMemory,
  symbolDictionary: Dictionary = createDictionary(),
): ColumnBuffers {
  const floats = (length: number): Float64Array => {
    const { buffer, offset } = memory.allocate(8 * length);
    return new Float64Array(buffer, offset, length);
  };
  const words = (length: number): Int32Array => {
    const { buffer, offset } = memory.allocate(4 * length);
    return new Int32Array(buffer, offset, length);
  };
  const isNumber = layout.fields.map(({ role }) => role === "price" || role === "number");
  const isText = layout.fields.map(({ role }) => role === "text");
  const numbers = isNumber.map((used) => floats(used ? capacity : 0));
  const texts = isText.map((used) => words(used ? capacity : 0));
  const none = createDictionary();
  const dictionaries = isText.map((used) => (used ? createDictionary() : none));
  const symbols = words(capacity);
  const timeWords = words(2 * capacity);
  const times = new BigInt64Array(timeWords.buffer, timeWords.byteOffset, capacity);
  const arrays = layout.fields.map((_, field) => (isText[field] ? texts[field] : numbers[field]));
  const columns = columnArrays(layout, times, arrays);
  const kept = layout.fields.flatMap(({ name }, field) =>
    isText[field] ? [[name, dictionaries[field]?.values ?? []] as const] : [],
  );
  const lines = layout.shape === undefined && !layout.hasLines ? undefined : new Int32Array(capacity);
  return {
    capacity,
    numbers,
    texts,
    dictionaries,
    symbols,
    symbolDictionary,
    timeWords,
    lines,
    chunk: (length, row) => {
      layout.fields.forEach(({ role }, field) => {
        if (role === "price") divide(numbers[field], length, layout.priceScale);
      });
      return {
        length,
        row,
        symbol: { indices: symbols.subarray(0, length), values: symbolDictionary.values },
        columns: Object.fromEntries(columns.map(([name, array]) => [name, array.subarray(0, length)])),
        ...(kept.length > 0 ? { dictionaries: Object.fromEntries(kept) } : {}),
        ...(layout.hasLines && lines !== undefined ? { lines: lines.subarray(0, length) } : {}),
      };
    },
  };
}

/** Divides the first `length` values: a division rounds once, so 973123 over 10000 equals 97.3123. */
function divide(values: Float64Array, length: number, scale: number): void {
  if (scale === 1) return;
  for (let row = 0; row < length; row++) values[row] = values[row] / scale;
}
