import type { Table } from "@atc/backtest";
import { AtcError, type ColumnMetadata } from "@atc/contract";
import type { Setup } from "../../wiring/setup.ts";

/** What reading a table needs of a runtime or a setup. */
export type TableReading = Pick<Setup, "cwd" | "host">;

/** The rows of a table in a file of any format. Disposal closes it. */
export interface TableRows extends AsyncDisposable {
  /** Names and types in order. Whole numbers may have the type `float64`. */
  readonly columns: readonly ColumnMetadata[];
  /** The description of the sweep as text; undefined if the file has none. */
  readonly description: string | undefined;
  /**
   * All rows in order, in batches of any length, which are valid until the next one. Can be called again.
   *
   * @throws ATC_CORRUPT_DATA, ATC_IO
   */
  batches(): AsyncIterable<Table>;
}

/** Rows of a batch. */
export const batchRows = 8192;

/** The error for a file that is not the table of a sweep. */
export function notATable(path: string, what: string): AtcError {
  return new AtcError("ATC_INVALID_ARGUMENT", `"${path}" is not the table of a sweep: ${what}`, { details: { path } });
}

/** The error for the table of a sweep that is damaged. */
export function damagedTable(path: string, what: string, remedy = "write it again"): AtcError {
  return new AtcError("ATC_CORRUPT_DATA", `the table "${path}" is damaged: ${what}; ${remedy}`, { details: { path } });
}
