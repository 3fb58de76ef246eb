import type { ColumnChunk } from "@atc/contract";
import { AtcError } from "@atc/contract";

/** A chunk lacks a column that its source announced. */
export function missingColumn(name: string, chunk: ColumnChunk): AtcError {
  return new AtcError(
    "ATC_INVALID_DATA",
    `the chunk at row ${chunk.row} lacks the column "${name}" that its source announced`,
  );
}

/** The symbol of a row is not in its chunk's dictionary. */
export function missingSymbol(row: number): AtcError {
  return new AtcError("ATC_INVALID_DATA", `row ${row} has no symbol; give the source a symbol for such rows`);
}
