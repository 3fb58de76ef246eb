import type { ListingColumn } from "./listing-column.ts";

/** Whether a row is to be shown. */
export type Query = (row: number) => boolean;

const condition = /^([A-Za-z]+)(>=|<=|!=|>|<|=)(-?[0-9.]+(?:e-?[0-9]+)?)%?$/;

const comparisons: Readonly<Record<string, (a: number, b: number) => boolean>> = {
  ">": (a, b) => a > b,
  "<": (a, b) => a < b,
  ">=": (a, b) => a >= b,
  "<=": (a, b) => a <= b,
  "=": (a, b) => a === b,
  "!=": (a, b) => a !== b,
};

/** The condition of a word such as `sharpe>0`; undefined if it is not one. */
function conditionOf(word: string, columns: readonly ListingColumn[]): Query | undefined {
  const [, name = "", sign = "", number = ""] = condition.exec(word) ?? [];
  const column = columns.find((one) => !one.isText && one.name.toLowerCase() === name.toLowerCase());
  const holds = comparisons[sign];
  if (column === undefined || holds === undefined) return undefined;
  return (row) => holds(Number(column.value(row)), Number(number));
}

/** A search: every word is a condition, or part of a text of the row. */
export function queryOf(text: string, columns: readonly ListingColumn[]): Query {
  const words = text.split(/\s+/).filter((word) => word !== "");
  const conditions = words.map((word): Query => {
    const found = conditionOf(word, columns);
    if (found !== undefined) return found;
    const wanted = word.toLowerCase();
    return (row) => columns.some((column) => column.isText && column.text(row).toLowerCase().includes(wanted));
  });
  return (row) => conditions.every((holds) => holds(row));
}
