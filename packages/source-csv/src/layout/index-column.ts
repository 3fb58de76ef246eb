import { aliasForm, columnAliases } from "@atc/plugin-kit";
import { type CsvOptions, mappedNames } from "./csv-options.ts";
import { isTimeText } from "./field-guess.ts";
import { isUnnamed } from "./header.ts";
import type { Sample } from "./sample.ts";

/** Names after the index of pandas was named or left out, and notes on that. */
export interface IndexNames {
  readonly names: readonly string[];
  readonly notes: readonly string[];
}

/** Whether all fields of a column are whole numbers in steps of one. */
function isRowNumber(rows: Sample["rows"], field: number): boolean {
  const values = rows.map((row) => (/^\d+$/.test(row[field] ?? "") ? Number(row[field]) : Number.NaN));
  return values.length > 0 && values.every((value, i) => value === (values[0] ?? 0) + i);
}

/**
 * Names a first column without a name, as pandas writes its index: it holds the times if no other column does. Row
 * numbers beside a time are left out.
 */
export function indexNames(names: readonly string[], rows: Sample["rows"], options: CsvOptions): IndexNames {
  const [first, ...rest] = names;
  if (first === undefined || !isUnnamed(first)) return { names, notes: [] };
  const hasTime =
    mappedNames(options)?.timestamp !== undefined ||
    rest.some((name) => columnAliases.timestamp.includes(aliasForm(name)));
  const isTime = rows.filter((row) => isTimeText(row[0] ?? "")).length * 2 > rows.length;
  if (!hasTime && isTime)
    return { names: ["timestamp", ...rest], notes: ["the first column, without a name, holds the times"] };
  if (!hasTime || Object.values(mappedNames(options) ?? {}).some((name) => aliasForm(name) === aliasForm(first)))
    return { names, notes: [] };
  if (isRowNumber(rows, 0))
    return { names: ["", ...rest], notes: ["the first column, without a name, holds row numbers and was left out"] };
  return { names, notes: first.trim() === "" ? ["the first column, without a name, was left out"] : [] };
}
