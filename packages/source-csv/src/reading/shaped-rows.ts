import { AtcError, type ColumnChunk, type ReadingNote, type TypedArray } from "@atc/contract";
import type { CsvLayout } from "../layout/csv-layout.ts";
import type { MeanPrice, WideRows, ZeroField } from "../layout/row-shape.ts";
import type { BadRowPolicy } from "../rows/bad-rows.ts";
import type { ColumnBuffers } from "../rows/column-buffers.ts";

/**
 * Makes chunks of parsed rows: the rows as they are, with computed prices, or one row per symbol. Rows of which a
 * symbol lacks prices are reported here, after those that the parser reports in the same chunk.
 */
export interface ShapedRows {
  /** The first `length` rows of the buffers as a chunk; undefined if they become no row. */
  chunk(length: number, row: number): ColumnChunk | undefined;
  /** What the rows so far show. */
  notes(): readonly ReadingNote[];
}

/** A count of rows. */
interface Tally {
  rows: number;
  /** The line of the first; 0 if there is none. */
  line: number;
}

/** What rows are shaped with. */
interface ShapeContext {
  /** The file's name in messages. */
  readonly path: string;
  readonly layout: CsvLayout;
  readonly buffers: ColumnBuffers;
  readonly badRows: BadRowPolicy;
}

function count(tally: Tally, line: number): void {
  if (tally.rows === 0) tally.line = line;
  tally.rows++;
}

/** Throws if a field that was 0 in the sampled rows is not 0 in one of the rows. */
function checkZero({ field, name, used }: ZeroField, { path, buffers }: ShapeContext, length: number): void {
  const values = buffers.numbers[field];
  for (let row = 0; row < length; row++) {
    // NaN stands for a missing volume, which contradicts nothing.
    if (values[row] === 0 || Number.isNaN(values[row])) continue;
    const line = Math.abs(buffers.lines?.[row] ?? 0);
    throw new AtcError(
      "ATC_INVALID_DATA",
      `"${path}" line ${line}, column "${name}": the volume is ${values[row]}, but it is 0 in the first rows, so that "${used}" was read as the volume; decide it for all rows with --columns volume=${name} or --columns volume=${used}`,
      { details: { path, line, column: name } },
    );
  }
}

/** Rows whose quotes are odd. */
interface QuoteTallies {
  /** Rows with a bid above the ask. */
  readonly crossed: Tally;
  /** Rows without a bid or an ask: vendors write 0 if there is no quote. */
  readonly oneSided: Tally;
}

/**
 * Computes the mean prices of the rows into `targets`: NaN if a side is 0 or less, because half of the other side is
 * not a price.
 */
function computeMeans(
  means: readonly MeanPrice[],
  targets: readonly Float64Array[],
  { buffers: { numbers, lines } }: ShapeContext,
  length: number,
  { crossed, oneSided }: QuoteTallies,
): void {
  for (let row = 0; row < length; row++) {
    let isCrossed = false;
    let isOneSided = false;
    for (let i = 0; i < means.length; i++) {
      const bid = numbers[means[i].bid][row];
      const ask = numbers[means[i].ask][row];
      const lacksSide = bid <= 0 || ask <= 0;
      targets[i][row] = lacksSide ? Number.NaN : (bid + ask) / 2;
      if (lacksSide) isOneSided = true;
      else if (bid > ask) isCrossed = true;
    }
    if (isCrossed) count(crossed, Math.abs(lines?.[row] ?? 0));
    if (isOneSided) count(oneSided, Math.abs(lines?.[row] ?? 0));
  }
}

function shapedMeans(context: ShapeContext, means: readonly MeanPrice[], quotes: QuoteTallies): ShapedRows["chunk"] {
  const { buffers, layout } = context;
  const targets = means.map(() => new Float64Array(buffers.capacity));
  const order = layout.columns.slice(1).map(({ name }) => name);
  return (length, row) => {
    const chunk = buffers.chunk(length, row);
    if (layout.shape?.zero !== undefined) checkZero(layout.shape.zero, context, length);
    computeMeans(means, targets, context, length, quotes);
    const computed = new Map(means.map(({ name }, i) => [name, targets[i]?.subarray(0, length)]));
    const columns = order.map((name) => [name, computed.get(name) ?? chunk.columns[name]]);
    return { ...chunk, columns: Object.fromEntries(columns) };
  };
}

/** The arrays of rows of one symbol each. */
interface WideTarget {
  readonly symbols: Int32Array;
  readonly times: BigInt64Array;
  readonly values: readonly Float64Array[];
}

/** How many of the prices of one symbol a row has. */
function pricesOf(fields: readonly number[], prices: number, numbers: readonly Float64Array[], row: number): number {
  let found = 0;
  for (let column = 0; column < prices; column++) if (!Number.isNaN(numbers[fields[column]][row])) found++;
  return found;
}

function shapedWide(context: ShapeContext, wide: WideRows, missing: Tally): ShapedRows["chunk"] {
  const { buffers, badRows, layout } = context;
  const { columns, prices, series } = wide;
  const capacity = buffers.capacity * series.length;
  const target: WideTarget = {
    symbols: new Int32Array(capacity),
    times: new BigInt64Array(capacity),
    values: columns.map(() => new Float64Array(capacity)),
  };
  const encoder = new TextEncoder();
  const indices = series.map(({ symbol }) => {
    const name = encoder.encode(symbol);
    return buffers.symbolDictionary.indexOf(name, 0, name.length);
  });
  const { numbers, timeWords, symbolDictionary } = buffers;
  const times = new BigInt64Array(timeWords.buffer, timeWords.byteOffset, buffers.capacity);
  const { priceScale } = layout;

  /** Whether the row has the symbol's prices; reports a row that has some of them only. */
  function isRow(row: number, { symbol, fields }: WideRows["series"][number]): boolean {
    const line = buffers.lines?.[row] ?? 0;
    const found = pricesOf(fields, prices, numbers, row);
    if (found === prices) return true;
    if (found === 0) {
      count(missing, Math.abs(line));
      return false;
    }
    // The parser has reported a text that is not a number, and keeps the row.
    if (line < 0) return true;
    const column = columns[fields.findIndex((field) => Number.isNaN(numbers[field][row]))];
    return badRows.take({ line, column: `${symbol}:${column}`, reason: "number", text: "" });
  }

  function expand(length: number): number {
    let next = 0;
    for (let row = 0; row < length; row++)
      for (let s = 0; s < series.length; s++) {
        const one = series[s];
        if (!isRow(row, one)) continue;
        target.symbols[next] = indices[s];
        target.times[next] = times[row];
        for (let column = 0; column < columns.length; column++) {
          const field = one.fields[column];
          const value = field < 0 ? Number.NaN : numbers[field][row];
          target.values[column][next] = column < prices ? value / priceScale : value;
        }
        next++;
      }
    return next;
  }

  return (length, row) => {
    const rows = expand(length);
    if (rows === 0) return undefined;
    const values = columns.map((name, column): [string, TypedArray] => [
      name,
      (target.values[column] ?? new Float64Array()).subarray(0, rows),
    ]);
    return {
      length: rows,
      row,
      symbol: { indices: target.symbols.subarray(0, rows), values: symbolDictionary.values },
      columns: { timestamp: target.times.subarray(0, rows), ...Object.fromEntries(values) },
    };
  };
}

function noteOf(key: string, { rows, line }: Tally, text: string): readonly ReadingNote[] {
  return rows === 0 ? [] : [{ key, rows, line, text }];
}

/** Shapes the rows of a layout. */
export function shapedRows(context: ShapeContext): ShapedRows {
  const { layout, buffers } = context;
  const { shape } = layout;
  if (shape === undefined) return { notes: () => [], chunk: buffers.chunk };
  const quotes: QuoteTallies = { crossed: { rows: 0, line: 0 }, oneSided: { rows: 0, line: 0 } };
  const missing: Tally = { rows: 0, line: 0 };
  return {
    notes: () => [
      ...noteOf("crossed", quotes.crossed, "with a bid above the ask"),
      ...noteOf("one side", quotes.oneSided, "with a bid or an ask of 0 or less, so without a price"),
      ...noteOf("missing symbol", missing, "without any price of a symbol, left out for that symbol"),
    ],
    chunk:
      shape.wide === undefined ? shapedMeans(context, shape.means, quotes) : shapedWide(context, shape.wide, missing),
  };
}
