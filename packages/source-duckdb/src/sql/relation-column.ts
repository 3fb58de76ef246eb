import { identifier } from "../engine/database.ts";

/** A column of a relation. */
export interface RelationColumn {
  readonly name: string;
  /** DuckDB's name of its type. */
  readonly type: string;
}

/** SQL for a column as text. JSON strings lose their quotes. */
export function textExpression({ name, type }: RelationColumn): string {
  return type === "JSON" ? `(${identifier(name)} ->> '$')` : `CAST(${identifier(name)} AS VARCHAR)`;
}
