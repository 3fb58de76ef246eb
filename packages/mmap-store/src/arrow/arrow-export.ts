import { AtcError, bytesPerElement, type ColumnType, dtypeOf, type TypedArray } from "@atc/contract";
import { type ArrowColumn, type ArrowFileLayout, layOutArrowFile } from "./arrow-file.ts";

/** Dictionary-encoded text: row `i` is `values[indices[i]]`, or null if the index is -1. */
export interface TextValues {
  /** One index into `values` per row, -1 for null. */
  readonly indices: Int32Array;
  /** The distinct texts. */
  readonly values: readonly string[];
}

/** A column to export. */
export interface ArrowTableColumn {
  /** The name, unique within the table. */
  readonly name: string;
  /** The type. `text` is stored as an int32-indexed dictionary, timestamps as UTC. */
  readonly type: ColumnType;
  /** The array of the type's dtype (`BigInt64Array` for times), or {@link TextValues} for `text`. */
  readonly values: TypedArray | TextValues;
}

/** Columns of equal length. */
export interface ArrowTable {
  /** The columns in stored order. */
  readonly columns: readonly ArrowTableColumn[];
  /** Custom metadata of the Arrow schema. */
  readonly metadata?: Readonly<Record<string, string>>;
}

/**
 * Encodes a table as an uncompressed Arrow IPC file (Feather version 2) with one record batch, whose buffers are
 * aligned to 64 bytes: signals, trades or equity for pyarrow, pandas, polars or DuckDB. Returns the bytes of the file
 * in pieces, which are views of the columns' memory, not copies:
 * `for (const piece of encodeArrow(table)) await file.write(piece)`.
 *
 * @throws ATC_INVALID_ARGUMENT if columns differ in length, share a name, or hold an array of another type.
 */
export function encodeArrow(table: ArrowTable): Uint8Array[] {
  const rows = rowsOf(table);
  const layout = layOutArrowFile(table.columns.map(arrowColumn), rows, table.metadata);
  return [...pieces(table, layout, rows)];
}

/** A table that is read column by column, block by block, so that it does not have to fit in memory. */
export interface ArrowBlocks {
  /** The number of rows of every column. */
  readonly rows: number;
  /** The columns in stored order; `texts` holds the texts of a column of type `text`. */
  readonly columns: readonly { readonly name: string; readonly type: ColumnType; readonly texts?: readonly string[] }[];
  /** Custom metadata of the Arrow schema. */
  readonly metadata?: Readonly<Record<string, string>>;
  /**
   * The values of a column from its first row to its last. An array has the type's dtype, or holds indices into
   * `texts`, one per row, -1 for a missing text. It is valid until the next one. A column of texts is read twice.
   */
  values(column: string): Iterable<TypedArray>;
}

/**
 * Encodes like {@link encodeArrow} a table that is not in memory. Reads one block of one column at a time. Each piece
 * is valid until the next one.
 *
 * @throws ATC_INVALID_ARGUMENT if the blocks of a column do not have `rows` rows, or hold an array of another type or
 * an index outside of `texts`.
 */
export function* encodeArrowBlocks(table: ArrowBlocks): Generator<Uint8Array, void, void> {
  const marks = table.columns.map((column) => marksOf(column, table));
  const columns = table.columns.map(({ name, type, texts }, place): ArrowColumn => {
    if (type !== "text") return { name, type, nullable: false };
    return { name, type, nullable: true, dictionary: texts ?? [], nulls: marks[place]?.nulls ?? 0 };
  });
  const layout = layOutArrowFile(columns, table.rows, table.metadata);
  yield layout.head;
  let end = layout.head.length;
  for (const [i, column] of table.columns.entries()) {
    const place = layout.columns[i] as ArrowFileLayout["columns"][number];
    const bitmap = marks[i]?.bitmap;
    if (place.validity !== undefined && bitmap !== undefined) {
      if (place.validity > end) yield new Uint8Array(place.validity - end);
      yield bitmap;
      end = place.validity + bitmap.length;
    }
    if (place.offset > end) yield new Uint8Array(place.offset - end);
    let rows = 0;
    for (const given of table.values(column.name)) {
      checkBlock(column, given);
      rows += given.length;
      if (rows > table.rows) break;
      // polars rejects an index of -1 even if the bitmap marks the row as null.
      const block = bitmap === undefined ? given : (given as Int32Array).map((index) => Math.max(index, 0));
      yield new Uint8Array(block.buffer, block.byteOffset, block.byteLength);
    }
    if (rows !== table.rows) throw invalid(column, `its blocks hold at least ${rows} rows, not ${table.rows}`);
    end = place.offset + place.length;
  }
  if (layout.tailOffset > end) yield new Uint8Array(layout.tailOffset - end);
  yield layout.tail;
}

/** Which rows of a column have a text. */
interface TextMarks {
  readonly nulls: number;
  /** A bit per row, 1 for a text; undefined if all rows have one. */
  readonly bitmap: Uint8Array | undefined;
}

/** Reads a column of texts once before it is written, because the head of the file says how many are missing. */
function marksOf(column: ArrowBlocks["columns"][number], { rows, values }: ArrowBlocks): TextMarks | undefined {
  if (column.type !== "text") return undefined;
  const bitmap = new Uint8Array(Math.ceil(rows / 8));
  let row = 0;
  let nulls = 0;
  for (const block of values(column.name)) {
    checkBlock(column, block);
    for (const index of block as Int32Array) {
      if (index < 0) nulls++;
      else bitmap[row >> 3] = (bitmap[row >> 3] ?? 0) | (1 << (row & 7));
      row++;
    }
  }
  return { nulls, bitmap: nulls === 0 ? undefined : bitmap };
}

function checkBlock({ name, type, texts = [] }: ArrowBlocks["columns"][number], block: TypedArray): void {
  if (type !== "text") {
    arrayOf({ name, type, values: block });
    return;
  }
  const indices = arrayOf({ name, type, values: { indices: block as Int32Array, values: texts } }) as Int32Array;
  for (const index of indices)
    if (index < -1 || index >= texts.length)
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
      // polars rejects an index of -1 even if the bitmap marks the row as null.
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
      throw invalid(column, `it has ${array.length} rows, the columns before it have ${rows}`);
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
  for (let i = 0; i < rows; i++) if ((indices[i] ?? -1) >= 0) bitmap[i >> 3] = (bitmap[i >> 3] ?? 0) | (1 << (i & 7));
  return bitmap;
}

function invalid(column: Pick<ArrowTableColumn, "name">, what: string): AtcError {
  return new AtcError("ATC_INVALID_ARGUMENT", `cannot export column "${column.name}": ${what}`, {
    details: { column: column.name },
  });
}
