import type { OperationOptions } from "./progress.ts";

/** A part of a value, clipped at its end. */
export type ByteRange = { readonly offset: number; readonly length: number } | { readonly suffixLength: number };

/** What may be told with a value that is stored. */
export interface SetOptions extends OperationOptions {
  /** What it took to compute the value, in ms: an eviction policy may keep what is dear. */
  readonly costMs?: number;
}

/** A stored value as `list` tells it. */
export interface ByteStoreEntry {
  /** The key. */
  readonly key: string;
  /** Bytes of the value. */
  readonly size: number;
  /** When it was last read or written, in ms since the epoch; kept by the store, not by the file system. */
  readonly accessedAt: number;
}

/**
 * A key-value store of bytes: what a cache is kept in. Keys are `/`-separated segments of `[A-Za-z0-9._-]`, each of 1 to 200 characters and
 * never `.` or `..`, at most 1,000 characters in all; another key is ATC_INVALID_ARGUMENT in every method. After disposal every method throws ATC_CLOSED.
 */
export interface ByteStore extends AsyncDisposable {
  /** The value of `key`, or undefined; never a part of one. The bytes belong to the caller. */
  get(key: string, options?: OperationOptions): Promise<Uint8Array | undefined>;
  /** A part of the value, or undefined; a store that cannot read a part leaves this method out. */
  getRange?(key: string, range: ByteRange, options?: OperationOptions): Promise<Uint8Array | undefined>;
  /** Replaces the value at once: a concurrent reader sees the old bytes or the new. */
  set(key: string, value: Uint8Array, options?: SetOptions): Promise<void>;
  /** Removes `key`; tells whether it was there. */
  delete(key: string): Promise<boolean>;
  /** The entries whose key starts with `prefix`, in no order; values being written are not among them. */
  list(prefix?: string): AsyncIterable<ByteStoreEntry>;
}

/** A right that one holder has until it ends. Disposing gives it back early. */
export interface Lease extends AsyncDisposable {
  /** What is leased. */
  readonly key: string;
  /** Prolongs the lease by its time to live from now; false where it was lost already. */
  renew(): Promise<boolean>;
}

/** What single flight across processes needs; a store without it gives single flight in the process only. */
export interface Leases {
  /** The lease of `key`, or undefined where somebody else holds it. */
  acquire(key: string, options: { readonly ttlMs: number }): Promise<Lease | undefined>;
}
