import { identifier } from "../engine/database.ts";

/** A column of a relation. */
export interface RelationColumn {
  /** Its name. */
  readonly name: string;
  /** DuckDB's name of its type. */
  readonly type: string;
}

/** A column of text as SQL: strings of JSON without their quotes. */
export function textExpression({ name, type }: RelationColumn): string {
  return type === "JSON" ? `(${identifier(name)} ->> '$')` : `CAST(${identifier(name)} AS VARCHAR)`;
}
