import type { ByteStoreEntry } from "@atc/contract";
import type { Span } from "../protocol/range-field.ts";

export type { Span };

/** A value that is open for one answer. */
export interface OpenValue extends AsyncDisposable {
  /** Bytes of the value. */
  readonly size: number;
  /** Differs for each content of the value: ASCII without quotes. */
  readonly tag: string;
  /** Reads the bytes of a span, which is inside of the value. */
  read(span: Span): AsyncIterable<Uint8Array>;
}

/** A value that a request brings. */
export interface PutValue {
  /** The number of bytes that the request announced. */
  readonly size: number;
  /** The SHA-256 that the bytes must have, in hexadecimal. */
  readonly sha256: string;
  /** Milliseconds that it took to compute the value. */
  readonly costMs: number | undefined;
  /** The bytes. Throws if the request ends early. */
  readonly bytes: AsyncIterable<Uint8Array>;
}

/**
 * Keys and values that a server has under the first part of its paths. Methods throw AtcError; the server answers with
 * a status of its own for ATC_CORRUPT_DATA (the bytes do not have their digest), ATC_INVALID_ARGUMENT (a name that was
 * not issued) and ATC_NO_SPACE.
 */
export interface ServedArea {
  /** Whether requests without a token may read it, if the server listens on a loopback address only. */
  readonly isOpen: boolean;
  /** The largest value that `put` accepts, in bytes. Default: 1 GiB. */
  readonly maxBytes?: number | undefined;
  /** The value of a legal key; undefined if there is none. */
  open(key: string, options: { readonly touch: boolean }): Promise<OpenValue | undefined>;
  /** Stores a value under a legal key. An area without it is only read. */
  put?(key: string, value: PutValue): Promise<void>;
  /** Removes a legal key. Resolves to whether it existed. */
  delete?(key: string): Promise<boolean>;
  /** The entries of an area that lists them. */
  list?(prefix: string): AsyncIterable<ByteStoreEntry>;
}
