import type { JsonObject } from "../data/json.ts";

/**
 * Bytes that a source reads instead of a file, such as an entry of an archive. They can be read from the start any
 * number of times, also concurrently.
 */
export interface SourceInput {
  /** A name for messages, such as `prices.zip/spy.csv`. */
  readonly name: string;
  /** The name to use as the file's: it determines the symbol, and its extension the format. */
  readonly fileName: string;
  /** Total size in bytes. */
  readonly size: number;
  /** Plain data that changes whenever the bytes change. It becomes part of the source's identity. */
  readonly parts: JsonObject;
  /**
   * Reads the bytes from the start, in arrays that the reader may keep. Throws ATC_CORRUPT_DATA if they are damaged,
   * and ATC_INVALID_DATA if they changed after the input was created. A reader that stops early calls `return`.
   */
  open(): AsyncIterable<Uint8Array>;
}
