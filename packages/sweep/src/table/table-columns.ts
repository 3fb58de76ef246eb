import type { ColumnMetadata, ColumnType, TextColumn, TypedArray } from "@atc/contract";
import type { Axis, AxisValue } from "../space/axis.ts";
import type { ResultTableOptions } from "./result-table.ts";

/** The most that an int32 holds. */
const mostInt32 = 2 ** 31 - 1;

/** The type of the column of an axis. Ordered axes have numbers only, and others may have `none` among them. */
function typeOf({ kind, size, isOrdered, at }: Axis): ColumnType {
  if (kind === "text") return "text";
  if (kind === "boolean") return "uint8";
  const isSmall =
    size !== undefined && Math.abs(Number(at(size - 1))) <= mostInt32 && Math.abs(Number(at(0))) <= mostInt32;
  return kind === "integer" && isOrdered && isSmall ? "int32" : "float64";
}

/** A column of the values of an axis. */
export interface AxisColumn {
  readonly type: ColumnType;
  /** The texts, if it has some. */
  readonly texts: readonly string[];
  /** A value as an element of the column. */
  elementOf(value: AxisValue): number;
}

/** The column of each of an axis's keys. */
export function axisColumn(axis: Axis): AxisColumn {
  const type = typeOf(axis);
  if (type !== "text")
    return { type, texts: [], elementOf: (value) => (typeof value === "string" ? Number.NaN : Number(value)) };
  const texts = Array.from({ length: axis.size ?? 0 }, (_, index) => String(axis.at(index)));
  const places = new Map(texts.map((text, index) => [text, index]));
  return { type, texts, elementOf: (value) => places.get(String(value)) ?? -1 };
}

/** Names and types of the columns in order. */
export function columnsOf(
  { axes, metrics, symbols, withSpan = false }: ResultTableOptions,
  axisColumns: readonly AxisColumn[],
): readonly ColumnMetadata[] {
  const keys = axes.flatMap(({ keys: names }, axis) => names.map((name) => ({ name, type: axisColumns[axis].type })));
  return [
    { name: "configuration", type: "int32" },
    ...(symbols === undefined ? [] : [{ name: "symbol", type: "text" } as const]),
    ...keys,
    ...(withSpan ? [{ name: "span", type: "float64" } as const] : []),
    ...metrics.map((name) => ({ name, type: "float64" }) as const),
    { name: "error", type: "text" },
  ];
}

/** An array of a column's elements, and the same as a value of a table. */
export interface ColumnArray {
  readonly elements: Int32Array | Uint8Array | Float64Array;
  /** The first elements as a column. */
  value(length: number): TypedArray | TextColumn;
}

/** Allocates the rows of a column. */
export function allocateColumn(type: ColumnType, rows: number, texts: readonly string[]): ColumnArray {
  if (type === "float64") {
    const elements = new Float64Array(rows);
    return { elements, value: (length) => elements.subarray(0, length) };
  }
  if (type === "uint8") {
    const elements = new Uint8Array(rows);
    return { elements, value: (length) => elements.subarray(0, length) };
  }
  const elements = new Int32Array(rows);
  return {
    elements,
    value(length) {
      const own = elements.subarray(0, length);
      return type === "text" ? { indices: own, values: texts } : own;
    },
  };
}
