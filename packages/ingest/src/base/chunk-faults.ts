import type { ColumnChunk } from "@atc/contract";
import { AtcError } from "@atc/contract";

/** The error of a chunk without a column that its source announced. */
export function missingColumn(name: string, chunk: ColumnChunk): AtcError {
  return new AtcError(
    "ATC_INVALID_DATA",
    `the chunk at row ${chunk.row} lacks the column "${name}" that its source announced`,
  );
}

/** The error of a row whose symbol is not in its chunk's dictionary. */
export function missingSymbol(row: number): AtcError {
  return new AtcError("ATC_INVALID_DATA", `row ${row} has no symbol; give the source a symbol for such rows`);
}
