import type { Codec, JsonObject } from "@atc/contract";
import {
  checkFileSymbolOptions,
  checkLocalTimeOptions,
  checkSourceOptions,
  type FileSymbolOptions,
  identifyingOptions as identifying,
  type LocalTimeOptions,
  type SourceOptions,
} from "@atc/plugin-kit";

/** How to read an Arrow file; what is left out is told from its schema. */
export interface ArrowOptions extends SourceOptions, LocalTimeOptions, FileSymbolOptions {
  /** Gives the codec `lz4` or `zstd` of a file with compressed buffers; such files are refused where absent. */
  readonly codec?: (name: "lz4" | "zstd") => Codec | Promise<Codec>;
}

const own: Readonly<Record<string, readonly string[]>> = {
  codec: [],
  timeZone: [],
  disambiguation: [],
  symbolPattern: [],
};

/** Throws ATC_INVALID_ARGUMENT naming the first option that is unknown or out of range. */
export function checkOptions(options: ArrowOptions): void {
  checkSourceOptions("arrow", options, own);
  checkLocalTimeOptions("arrow", options);
  checkFileSymbolOptions("arrow", options);
}

/** The options that change what is read, as plain data for an identity. */
export function identifyingOptions(options: ArrowOptions): JsonObject {
  return identifying(options, ["timeZone", "disambiguation", "symbolPattern"]);
}
