import type { BadRow } from "@atc/contract";
import type { Connection } from "@duckdb/node-bindings";
import type { Binding } from "../engine/binding.ts";
import { textRows } from "../engine/database.ts";

const reasons: Readonly<Record<string, string>> = {
  CAST: "number",
  "UNQUOTED VALUE": "quote",
  "INVALID ENCODING": "encoding",
};

/** One row per line: of its faulty columns, the first. */
const query = `SELECT to_json({ 'line': line, 'type': error_type::VARCHAR, 'column': column_name, 'text': left(csv_line, 80) })::VARCHAR
  FROM reject_errors GROUP BY ALL QUALIFY row_number() OVER (PARTITION BY scan_id, file_id, line ORDER BY column_idx) = 1
  ORDER BY scan_id, file_id, line`;

/** The CSV rows that the last query of a connection could not split into fields. */
export async function rejectedRows(duckdb: Binding, connection: Connection): Promise<readonly BadRow[]> {
  const rows = await textRows(duckdb, connection, query.replace("GROUP BY ALL ", ""));
  return rows.map((row) => {
    const { line, type, column, text } = JSON.parse(row) as Readonly<Record<string, unknown>>;
    const reason = reasons[String(type)] ?? "fields";
    return {
      line: Number(line),
      ...(typeof column === "string" && reason !== "fields" ? { column } : {}),
      reason,
      text: typeof text === "string" ? text : "",
    };
  });
}
