import { AtcError, type JsonObject } from "@atc/contract";
import type { PlainFile } from "../files/source-file.ts";
import type { RowsOptions } from "./parsed-rows.ts";

/** What a slice is read with, as plain data: it passes to other threads. */
export interface SliceInput extends Pick<RowsOptions, "path" | "layout" | "policy"> {
  /** The file and its state. */
  readonly file: PlainFile;
}

/** Marks an input as one of this package. */
const format = "@atc/source-csv/slice";

/** A slice's input as JSON. */
export function sliceJson(input: SliceInput): JsonObject {
  return JSON.parse(JSON.stringify({ format, ...input }));
}

function isSliceInput(value: unknown): value is SliceInput {
  return typeof value === "object" && value !== null && "format" in value && value.format === format;
}

/**
 * The input behind the JSON that {@link sliceJson} gave.
 *
 * @throws ATC_INVALID_ARGUMENT for any other JSON
 */
export function sliceInput(json: JsonObject): SliceInput {
  const value: unknown = json;
  if (isSliceInput(value)) return value;
  throw new AtcError("ATC_INVALID_ARGUMENT", "csv: the input of a slice is not from this source; pass on its `input`");
}
