import type { JsonObject } from "../data/json.ts";

/**
 * Bytes that a source reads in place of a file's, such as an entry of an archive. They can be read from the start any number of times, also side by
 * side.
 */
export interface SourceInput {
  /** A name for messages, such as `prices.zip/spy.csv`. */
  readonly name: string;
  /** The name that stands for the file's: its symbol is told from it, its format from its ending. */
  readonly fileName: string;
  /** Bytes in all. */
  readonly size: number;
  /** Plain data that changes whenever the bytes do: part of the source's identity. */
  readonly parts: JsonObject;
  /**
   * The bytes from the start, in pieces that are the reader's to keep. Ends with ATC_CORRUPT_DATA where they are damaged and with
   * ATC_INVALID_DATA where they changed since the input was made; a reader that stops early ends it by `return`.
   */
  open(): AsyncIterable<Uint8Array>;
}
