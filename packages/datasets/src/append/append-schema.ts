import type { DatasetSchema, JsonObject } from "@atc/contract";
import { AtcError } from "@atc/contract";

/** Columns that the option `columns` of sources names; others have the names of the files. */
const mapped: ReadonlySet<string> = new Set(["open", "high", "low", "close", "volume"]);

/**
 * Checks that new rows have the kind and the columns of a dataset. Returns the names of columns that only the new rows
 * have.
 *
 * @throws ATC_INVALID_DATA
 */
export function checkSchema(name: string, stored: DatasetSchema, added: DatasetSchema): readonly string[] {
  const refuse = (what: string, details: JsonObject): AtcError =>
    new AtcError("ATC_INVALID_DATA", `cannot append to dataset "${name}": ${what}`, {
      details: { dataset: name, ...details },
    });
  if (stored.kind !== added.kind)
    throw refuse(
      `it holds ${stored.kind}, the files hold ${added.kind}; append to another dataset, or give the source the option kind`,
      { kind: stored.kind, given: added.kind },
    );
  for (const column of stored.columns) {
    const own = added.columns.find((one) => one.name === column.name);
    if (own?.type === column.type) continue;
    const what = own === undefined ? "is not in the files" : `is ${column.type}, but ${own.type} in the files`;
    const advice = mapped.has(column.name)
      ? `name the column that holds it with --columns ${column.name}=NAME, or ingest the files into another dataset`
      : "give the files a column of that name, or ingest them into another dataset";
    throw refuse(`its column "${column.name}" ${what}; ${advice}`, { column: column.name });
  }
  const names = new Set(stored.columns.map((column) => column.name));
  return added.columns.map((column) => column.name).filter((column) => !names.has(column));
}
