import type { Codec, JsonObject } from "@atc/contract";
import {
  type ClockDigits,
  checkFileSymbolOptions,
  checkLocalTimeOptions,
  checkSourceOptions,
  clockDigitWords,
  type FileSymbolOptions,
  identifyingOptions as identifying,
  type LocalTimeOptions,
  type SourceOptions,
} from "@atc/plugin-kit";

/** How to read an Arrow file. What the options leave open is detected from its schema. */
export interface ArrowOptions extends SourceOptions, LocalTimeOptions, FileSymbolOptions {
  /** The order of day, month and year in texts such as `31/01/2024`. Default: `ymd`; it is never guessed. */
  readonly dateOrder?: "ymd" | "dmy" | "mdy";
  /**
   * How times of day that are numbers are read: 930 as 09:30 (`hhmm`) or as 00:09:30 (`hhmmss`), 9 as
   * 09:00 (`h`), or as seconds or milliseconds after midnight (`s`, `ms`). Default: `hhmm` or `hhmmss`, if their digits
   * allow only one of the two.
   */
  readonly clockDigits?: ClockDigits;
  /** Gives the codec of a file with compressed buffers. Without it, such files are refused with ATC_MISSING_PLUGIN. */
  readonly codec?: (name: "lz4" | "zstd") => Codec | Promise<Codec>;
}

const own: Readonly<Record<string, readonly string[]>> = {
  codec: [],
  dateOrder: ["ymd", "dmy", "mdy"],
  clockDigits: clockDigitWords,
  timeZone: [],
  disambiguation: [],
  symbolPattern: [],
};

/** Throws ATC_INVALID_ARGUMENT for the first option that is unknown or out of range. */
export function checkOptions(options: ArrowOptions): void {
  checkSourceOptions("arrow", options, own);
  checkLocalTimeOptions("arrow", options);
  checkFileSymbolOptions("arrow", options);
}

/** The options that change what is read, as plain data for an identity. */
export function identifyingOptions(options: ArrowOptions): JsonObject {
  return identifying(options, ["dateOrder", "clockDigits", "timeZone", "disambiguation", "symbolPattern"]);
}
