import { AtcError, bytesPerElement, type ColumnType, dtypeOf, type TypedArray } from "@atc/contract";
import { type ArrowColumn, type ArrowFileLayout, layOutArrowFile } from "./arrow-file.ts";

/** Texts by index: row `i` is `values[indices[i]]`, or nothing where the index is -1. */
export interface TextValues {
  /** An index into `values` for each row, -1 where there is no text. */
  readonly indices: Int32Array;
  /** The texts. */
  readonly values: readonly string[];
}

/** A column to export. */
export interface ArrowTableColumn {
  /** The name. */
  readonly name: string;
  /** What it holds; `text` is stored as an int32-indexed dictionary, timestamps as UTC. */
  readonly type: ColumnType;
  /** The array of the type's dtype (`BigInt64Array` for times), or {@link TextValues} for `text`. */
  readonly values: TypedArray | TextValues;
}

/** Columns of equal length. */
export interface ArrowTable {
  /** The columns in stored order. */
  readonly columns: readonly ArrowTableColumn[];
  /** Key and value pairs kept in the schema. */
  readonly metadata?: Readonly<Record<string, string>>;
}

/**
 * A table as an uncompressed Arrow IPC file (Feather version 2) of one record batch, its buffers aligned to 64 bytes: signals, trades or
 * equity for pyarrow, pandas, polars or DuckDB. Returns the file's bytes in pieces, which show the columns' own memory rather than copies of it:
 * `for (const piece of encodeArrow(table)) await file.write(piece)`.
 *
 * @throws ATC_INVALID_ARGUMENT where columns differ in length, share a name, or hold an array of another type.
 */
export function encodeArrow(table: ArrowTable): Uint8Array[] {
  const rows = rowsOf(table);
  const layout = layOutArrowFile(table.columns.map(arrowColumn), rows, table.metadata);
  return [...pieces(table, layout, rows)];
}

/** A table that is read column by column, each in blocks, so that it need not be in memory. */
export interface ArrowBlocks {
  /** Rows. */
  readonly rows: number;
  /** The columns in stored order; `texts` holds the texts of a column of type `text`. */
  readonly columns: readonly { readonly name: string; readonly type: ColumnType; readonly texts?: readonly string[] }[];
  /** Key and value pairs kept in the schema. */
  readonly metadata?: Readonly<Record<string, string>>;
  /**
   * The values of a column from its first row to its last, each array valid until the next: of the type's dtype, or indices into `texts`, one for
   * every row.
   */
  values(column: string): Iterable<TypedArray>;
}

/**
 * The bytes of {@link encodeArrow} for a table that is not in memory: a column at a time, a block at a time. Each piece is valid until the next.
 *
 * @throws ATC_INVALID_ARGUMENT if blocks hold another number of rows, an array of another type or an index without a text.
 */
export function* encodeArrowBlocks(table: ArrowBlocks): Generator<Uint8Array, void, void> {
  const columns = table.columns.map(
    ({ name, type, texts }): ArrowColumn =>
      type === "text"
        ? { name, type, nullable: true, dictionary: texts ?? [], nulls: 0 }
        : { name, type, nullable: false },
  );
  const layout = layOutArrowFile(columns, table.rows, table.metadata);
  yield layout.head;
  let end = layout.head.length;
  for (const [i, column] of table.columns.entries()) {
    const place = layout.columns[i] as ArrowFileLayout["columns"][number];
    if (place.offset > end) yield new Uint8Array(place.offset - end);
    let rows = 0;
    for (const block of table.values(column.name)) {
      checkBlock(column, block);
      rows += block.length;
      if (rows > table.rows) break;
      yield new Uint8Array(block.buffer, block.byteOffset, block.byteLength);
    }
    if (rows !== table.rows) throw invalid(column, `its blocks hold ${rows} rows or more, not ${table.rows}`);
    end = place.offset + place.length;
  }
  if (layout.tailOffset > end) yield new Uint8Array(layout.tailOffset - end);
  yield layout.tail;
}

function checkBlock({ name, type, texts = [] }: ArrowBlocks["columns"][number], block: TypedArray): void {
  if (type !== "text") {
    arrayOf({ name, type, values: block });
    return;
  }
  const indices = arrayOf({ name, type, values: { indices: block as Int32Array, values: texts } }) as Int32Array;
  for (const index of indices)
    if (index < 0 || index >= texts.length)
      throw invalid({ name }, `index ${index} is outside of its ${texts.length} texts`);
}

function* pieces(table: ArrowTable, layout: ArrowFileLayout, rows: number): Generator<Uint8Array> {
  yield layout.head;
  let end = layout.head.length;
  for (const [i, column] of table.columns.entries()) {
    const place = layout.columns[i] as ArrowFileLayout["columns"][number];
    let array = arrayOf(column);
    if (place.validity !== undefined) {
      if (place.validity > end) yield new Uint8Array(place.validity - end);
      const bitmap = validityOf(array as Int32Array, rows);
      yield bitmap;
      end = place.validity + bitmap.length;
      // polars refuses an index of -1 even where the bitmap says that there is no value.
      array = (array as Int32Array).map((index) => Math.max(index, 0));
    }
    if (place.offset > end) yield new Uint8Array(place.offset - end);
    if (place.length > 0) yield new Uint8Array(array.buffer, array.byteOffset, array.byteLength);
    end = place.offset + place.length;
  }
  if (layout.tailOffset > end) yield new Uint8Array(layout.tailOffset - end);
  yield layout.tail;
}

function rowsOf(table: ArrowTable): number {
  const names = new Set<string>();
  let rows: number | undefined;
  for (const column of table.columns) {
    if (names.has(column.name)) throw invalid(column, "its name is used twice; rename one");
    names.add(column.name);
    const array = arrayOf(column);
    if (rows !== undefined && array.length !== rows)
      throw invalid(column, `it has ${array.length} rows, the columns ahead of it have ${rows}`);
    rows = array.length;
  }
  return rows ?? 0;
}

function arrayOf(column: ArrowTableColumn): TypedArray {
  const { type, values } = column;
  const array = "indices" in values ? values.indices : values;
  if ("indices" in values !== (type === "text"))
    throw invalid(column, "text needs indices and values, other types an array");
  const dtype = dtypeOf(type);
  const kind = array.constructor.name.replace("BigInt", "Int").replace("Array", "").toLowerCase();
  if (kind !== dtype || array.BYTES_PER_ELEMENT !== bytesPerElement[dtype])
    throw invalid(column, `a column of type "${type}" holds ${dtype}, not ${array.constructor.name}`);
  return array;
}

function arrowColumn(column: ArrowTableColumn): ArrowColumn {
  const { name, type, values } = column;
  if (!("indices" in values)) return { name, type, nullable: false };
  let nulls = 0;
  for (const index of values.indices) {
    if (index < -1 || index >= values.values.length)
      throw invalid(column, `index ${index} is outside of its ${values.values.length} texts`);
    if (index === -1) nulls++;
  }
  return { name, type, nullable: true, dictionary: values.values, nulls };
}

function validityOf(indices: Int32Array, rows: number): Uint8Array {
  const bitmap = new Uint8Array(Math.ceil(rows / 8));
  for (let i = 0; i < rows; i++)
    if ((indices[i] as number) >= 0) bitmap[i >> 3] = (bitmap[i >> 3] as number) | (1 << (i & 7));
  return bitmap;
}

function invalid(column: Pick<ArrowTableColumn, "name">, what: string): AtcError {
  return new AtcError("ATC_INVALID_ARGUMENT", `cannot export column "${column.name}": ${what}`, {
    details: { column: column.name },
  });
}
