import { AtcError, type ColumnMetadata, type RowKind } from "@atc/contract";
import { type MatchedColumns, misspeltNotes, otherColumns } from "@atc/plugin-kit";
import type { ArrowOptions } from "../files/arrow-options.ts";
import type { ArrowField, ValueType } from "../format/schema.ts";

/** A column of the file that is read. */
export interface ProjectedColumn {
  /** The column's name in chunks. */
  readonly name: string;
  /** Its index in the file's schema. */
  readonly position: number;
  /** How it is read. */
  readonly role: "symbol" | "time" | "number" | "text";
}

/** Which columns of a file are read, and how. */
export interface Projection {
  /** Whether rows are bars or ticks. */
  readonly kind: RowKind;
  /** The columns that are read. */
  readonly projected: readonly ProjectedColumn[];
  /** The columns of every chunk. */
  readonly columns: readonly ColumnMetadata[];
  /** The names of the columns that are not read. */
  readonly leftOut: readonly string[];
  /** Questions about names that seem to be misspelt. */
  readonly questions: readonly string[];
}

function isText({ is }: ValueType): boolean {
  return is === "text" || is === "text view";
}

function isNumber(field: ArrowField): boolean {
  return field.dictionary === undefined && ["number", "boolean", "decimal"].includes(field.type.is);
}

function wrongType(path: string, name: string, { type, dictionary }: ArrowField, wanted: string): AtcError {
  const found = type.is === "other" ? type.name : `${dictionary === undefined ? "" : "dictionary of "}${type.is}`;
  return new AtcError(
    "ATC_INVALID_DATA",
    `the column "${name}" of "${path}" has the type ${found}, not ${wanted}; cast it before you write the file, or name another with the option columns`,
    { details: { path, column: name } },
  );
}

/**
 * Chooses the columns of a schema that are read.
 *
 * @throws ATC_INVALID_DATA if one has another type
 */
export function project(
  fields: readonly ArrowField[],
  matched: MatchedColumns,
  path: string,
  options: ArrowOptions,
): Projection {
  const names = fields.map(({ name }) => name);
  const fieldAt = (position: number): ArrowField => fields[position];
  for (const { position } of matched.numbers)
    if (!isNumber(fieldAt(position))) throw wrongType(path, fieldAt(position).name, fieldAt(position), "numbers");
  if (matched.symbol !== undefined && !isText(fieldAt(matched.symbol).type))
    throw wrongType(path, fieldAt(matched.symbol).name, fieldAt(matched.symbol), "text");
  const isKept = (position: number): boolean => {
    const field = fieldAt(position);
    if (isText(field.type)) return options.text === "keep";
    return isNumber(field) && field.name !== "" && options.extra !== "drop";
  };
  const others = otherColumns(names, matched, isKept).map(
    ({ name, position }): ProjectedColumn => ({
      name,
      position,
      role: isText(fieldAt(position).type) ? "text" : "number",
    }),
  );
  const numbers = matched.numbers.map(({ name, position }): ProjectedColumn => ({ name, position, role: "number" }));
  const rest = [...numbers, ...others];
  const read = new Set([
    ...[matched.symbol, matched.timestamp, matched.clock],
    ...rest.map(({ position }) => position),
  ]);
  return {
    kind: matched.kind,
    projected: [
      ...(matched.symbol === undefined ? [] : [{ name: "symbol", position: matched.symbol, role: "symbol" } as const]),
      { name: "timestamp", position: matched.timestamp, role: "time" },
      ...rest,
    ],
    columns: [
      { name: "symbol", type: "text" },
      { name: "timestamp", type: matched.kind === "ticks" ? "timestamp[ns]" : "timestamp[ms]" },
      ...rest.map(({ name, role }): ColumnMetadata => ({ name, type: role === "text" ? "text" : "float64" })),
    ],
    questions: misspeltNotes(names, matched),
    leftOut: names.filter((name, position) => !read.has(position) && name.trim() !== "").map((name) => name.trim()),
  };
}
