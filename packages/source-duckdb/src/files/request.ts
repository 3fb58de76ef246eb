import { AtcError } from "@atc/contract";
import type { SqlSource } from "../engine/duckdb-options.ts";

/** What to read: files by path, directory or pattern, or a query. */
export interface Request {
  /** The source's name in messages. */
  readonly name: string;
  /** Paths, directories and patterns. */
  readonly paths: readonly string[];
  /** The query. */
  readonly sql: string | undefined;
}

/**
 * Checks the argument of `duckdb`.
 *
 * @throws ATC_INVALID_ARGUMENT if it names neither files nor a query
 */
export function requestOf(source: string | readonly string[] | SqlSource): Request {
  const query = typeof source === "object" && source !== null && "sql" in source ? source : undefined;
  if (query !== undefined && typeof query.sql !== "string")
    throw new AtcError("ATC_INVALID_ARGUMENT", "duckdb: sql is not a text; give a SELECT", {
      details: { option: "sql" },
    });
  const given: unknown = query === undefined ? source : (query.files ?? []);
  const paths: readonly unknown[] = Array.isArray(given) ? given : [given];
  const isNamed = paths.every((path) => typeof path === "string" && path !== "");
  if (!isNamed || (query === undefined && paths.length === 0))
    throw new AtcError(
      "ATC_INVALID_ARGUMENT",
      "duckdb: no file is given; give a path, a directory, a pattern, a list of them, or { sql }",
    );
  const list = paths.map(String);
  const [first = "", ...others] = list;
  const name =
    query === undefined
      ? `${first}${others.length > 0 ? ` and ${others.length} more` : ""}`
      : query.sql.trim().slice(0, 80);
  return { name, paths: list, sql: query?.sql };
}
