import type { EpochUnit, FlatTable } from "@atc/plugin-kit";
import { unsupported } from "../files/arrow-error.ts";

/** The types of values that a source of bars and ticks can use. */
export type ValueType =
  | { readonly is: "number"; readonly array: NumberArray }
  | { readonly is: "boolean" }
  | { readonly is: "decimal"; readonly bytes: number; readonly scale: number }
  | {
      readonly is: "time";
      readonly unit: EpochUnit | "day";
      readonly bytes: 4 | 8;
      readonly zone: string;
      /** Whether values are dates. */
      readonly isDate: boolean;
    }
  | { readonly is: "time of day"; readonly unit: EpochUnit; readonly bytes: 4 | 8 }
  | { readonly is: "text"; readonly offsetBytes: 4 | 8 }
  | { readonly is: "text view" }
  | { readonly is: "other"; readonly name: string };

/** The names of typed arrays that can hold a column's numbers. */
export type NumberArray =
  | "Int8Array"
  | "Uint8Array"
  | "Int16Array"
  | "Uint16Array"
  | "Int32Array"
  | "Uint32Array"
  | "BigInt64Array"
  | "BigUint64Array"
  | "Float32Array"
  | "Float64Array";

/** Bytes of a view of a text. */
export const viewBytes = 16;

/** The most bytes of a header or footer: enough for thousands of columns. */
export const longestHeader: number = 64 * 1024 * 1024;

/** A field of a schema, and its share of a record batch. */
export interface ArrowField {
  readonly name: string;
  /** The type of its values; of a dictionary column, the type of the dictionary's values. */
  readonly type: ValueType;
  /** The dictionary of the column, if it has one, and the type of its indices. */
  readonly dictionary: { readonly id: number; readonly indices: NumberArray } | undefined;
  /** Nodes of the field and its children. */
  readonly nodes: number;
  /** Buffers of the field and its children, without the variadic buffers of views. */
  readonly buffers: number;
  /** Views in the field and its children: each has variadic buffers in addition. */
  readonly views: number;
}

const names: readonly string[] = [
  ...["none", "null", "int", "float", "binary", "utf8", "bool", "decimal", "date", "time", "timestamp", "interval"],
  ...["list", "struct", "union", "fixed_size_binary", "fixed_size_list", "map", "duration", "large_binary"],
  ...["large_utf8", "large_list", "run_end_encoded", "binary_view", "utf8_view", "list_view", "large_list_view"],
];

/** The name of a type by its tag in Schema.fbs. */
function typeName(field: FlatTable): string {
  return names[field.int8(2)] ?? `type ${field.int8(2)}`;
}

function integerArray(type: FlatTable | undefined): NumberArray | undefined {
  const bits = type?.int32(0) ?? 32;
  const isSigned = type === undefined || type.int8(1) === 1;
  if (bits === 64) return isSigned ? "BigInt64Array" : "BigUint64Array";
  const name = `${isSigned ? "Int" : "Uint"}${bits}Array`;
  return (["Int8Array", "Uint8Array", "Int16Array", "Uint16Array", "Int32Array", "Uint32Array"] as const).find(
    (known) => known === name,
  );
}

const longestZone = 1024;
const units: readonly EpochUnit[] = ["s", "ms", "us", "ns"];

function valueType(field: FlatTable): ValueType {
  const name = typeName(field);
  const type = field.table(3);
  const other: ValueType = { is: "other", name };
  switch (name) {
    case "int": {
      const array = integerArray(type);
      return array === undefined ? other : { is: "number", array };
    }
    case "float": {
      const array = ([undefined, "Float32Array", "Float64Array"] as const)[type?.int16(0) ?? 0];
      return array === undefined ? { is: "other", name: "float16" } : { is: "number", array };
    }
    case "bool":
      return { is: "boolean" };
    case "decimal": {
      const bits = type?.int32(2, 128) ?? 128;
      return [32, 64, 128, 256].includes(bits) ? { is: "decimal", bytes: bits / 8, scale: type?.int32(1) ?? 0 } : other;
    }
    case "date":
      return type?.int16(0, 1) === 0
        ? { is: "time", unit: "day", bytes: 4, zone: "", isDate: true }
        : { is: "time", unit: "ms", bytes: 8, zone: "", isDate: true };
    case "time":
      return {
        is: "time of day",
        unit: units[type?.int16(0, 1) ?? 1] ?? "ms",
        bytes: type?.int32(1, 32) === 64 ? 8 : 4,
      };
    case "timestamp":
      return {
        is: "time",
        unit: units[type?.int16(0) ?? 0] ?? "s",
        bytes: 8,
        zone: type?.text(1, longestZone) ?? "",
        isDate: false,
      };
    case "utf8":
      return { is: "text", offsetBytes: 4 };
    case "large_utf8":
      return { is: "text", offsetBytes: 8 };
    case "utf8_view":
      return { is: "text view" };
    default:
      return other;
  }
}

/**
 * Bytes that `rows` rows need in the second buffer of a column: values, indices, offsets or views. Undefined for types
 * that are not read.
 */
export function neededBytes(
  { type, dictionary }: Pick<ArrowField, "type" | "dictionary">,
  rows: number,
): number | undefined {
  if (dictionary !== undefined) return rows * bytesOf(dictionary.indices);
  switch (type.is) {
    case "number":
      return rows * bytesOf(type.array);
    case "boolean":
      return Math.ceil(rows / 8);
    case "decimal":
    case "time":
    case "time of day":
      return rows * type.bytes;
    case "text":
      // A batch without rows may leave out its only offset.
      return rows === 0 ? 0 : (rows + 1) * type.offsetBytes;
    case "text view":
      return rows * viewBytes;
    default:
      return undefined;
  }
}

function bytesOf(array: NumberArray): number {
  if (array.startsWith("Big") || array === "Float64Array") return 8;
  return array === "Float32Array" ? 4 : Number(/\d+/.exec(array)?.[0]) / 8;
}

/** Buffers of a field, without those of its children. */
function ownBuffers(name: string, field: FlatTable): number {
  if (name === "null" || name === "run_end_encoded") return 0;
  if (name === "union") return field.table(3)?.int16(0) === 1 ? 2 : 1;
  if (name === "struct" || name === "fixed_size_list") return 1;
  if (/^(?:large_)?(?:utf8|binary)$|list_view$/.test(name)) return 3;
  return 2;
}

function sum(fields: readonly ArrowField[], of: "nodes" | "buffers" | "views"): number {
  return fields.reduce((total, field) => total + field[of], 0);
}

/** The most fields of a schema, including children: every column needs room in each chunk. */
const mostFields = 2 ** 16;
/** The most levels of nested fields, the same as in the C++ implementation. */
const mostLevels = 64;
/** Characters of a field's name that count as usual. */
const usualName = 1024;

/** What a walk over a schema has met so far. */
interface SchemaWalk {
  readonly path: string;
  readonly positions: Set<number>;
  /** Characters of names beyond the usual. */
  longNames: number;
}

/**
 * The fields of a vector. Each must be met for the first time: fields that share children could be a tree of any size
 * in few bytes.
 */
function fieldsOf(table: FlatTable, vector: number, walk: SchemaWalk, level: number): readonly ArrowField[] {
  const { positions, path } = walk;
  const count = table.count(vector);
  if (positions.size + count > mostFields)
    throw unsupported(path, `has more than ${mostFields} columns, including nested ones; write only the needed ones`);
  if (count > 0 && level > mostLevels)
    throw unsupported(path, `nests columns more than ${mostLevels} levels deep; write it without them`);
  return table.tables(vector).map((field) => {
    if (positions.has(field.position)) throw new RangeError("two of its fields share a child");
    positions.add(field.position);
    return fieldOf(field, walk, level);
  });
}

function nameOf(table: FlatTable, walk: SchemaWalk): string {
  const name = table.text(0);
  walk.longNames += Math.max(0, name.length - usualName);
  // No header is this long, so the names share their bytes.
  if (walk.longNames > longestHeader) throw new RangeError("its fields share a long name");
  return name;
}

function fieldOf(table: FlatTable, walk: SchemaWalk, level: number): ArrowField {
  const name = nameOf(table, walk);
  const encoding = table.table(4);
  if (encoding !== undefined) {
    const indices = integerArray(encoding.table(1));
    if (indices === undefined) throw new RangeError(`the dictionary of "${name}" has indices of an unknown type`);
    const dictionary = { id: encoding.int64(0), indices };
    return { name, type: valueType(table), dictionary, nodes: 1, buffers: 2, views: 0 };
  }
  const children = fieldsOf(table, 5, walk, level + 1);
  const type = typeName(table);
  return {
    name,
    type: valueType(table),
    dictionary: undefined,
    nodes: 1 + sum(children, "nodes"),
    buffers: ownBuffers(type, table) + sum(children, "buffers"),
    views: (type.endsWith("y_view") || type === "utf8_view" ? 1 : 0) + sum(children, "views"),
  };
}

/**
 * The fields of a schema.
 *
 * @throws RangeError if it is damaged or of big-endian bytes; ATC_UNSUPPORTED if it has more fields or levels than are
 * read
 */
export function schemaFields(schema: FlatTable, path: string): readonly ArrowField[] {
  if (schema.int16(0) !== 0) throw new RangeError("it holds big-endian values");
  return fieldsOf(schema, 1, { path, positions: new Set(), longNames: 0 }, 1);
}
