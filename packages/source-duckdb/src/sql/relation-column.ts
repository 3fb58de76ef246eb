import { identifier } from "../engine/database.ts";

/** A column of a relation. */
export interface RelationColumn {
  /** DuckDB's name of it. */
  readonly name: string;
  /** Its name in the file. DuckDB renames columns whose name occurs twice. */
  readonly title: string;
  /** DuckDB's name of its type. */
  readonly type: string;
}

/** SQL for a column as text. JSON strings lose their quotes. */
export function textExpression({ name, type }: Pick<RelationColumn, "name" | "type">): string {
  return type === "JSON" ? `(${identifier(name)} ->> '$')` : `CAST(${identifier(name)} AS VARCHAR)`;
}
