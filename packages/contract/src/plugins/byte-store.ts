import type { OperationOptions } from "../data/progress.ts";
import { AtcError } from "../errors/error.ts";

/** A part of a value, clipped at its end. */
export type ByteRange = { readonly offset: number; readonly length: number } | { readonly suffixLength: number };

/** What may be told with a value that is stored. */
export interface SetOptions extends OperationOptions {
  /** What it took to compute the value, in ms: an eviction policy may keep what is dear. */
  readonly costMs?: number;
}

/** How a value is read. */
export interface GetOptions extends OperationOptions {
  /** Whether the read counts as an access; true where absent. A pass that reads everything (a listing, a check) says false, so that eviction keeps its order. */
  readonly touch?: boolean | undefined;
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
  get(key: string, options?: GetOptions): Promise<Uint8Array | undefined>;
  /** A part of the value, or undefined; a store that cannot read a part leaves this method out. */
  getRange?(key: string, range: ByteRange, options?: GetOptions): Promise<Uint8Array | undefined>;
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

const segment = /^[A-Za-z0-9._-]{1,200}$/;

/** Throws ATC_INVALID_ARGUMENT where `key` breaks the rules of {@link ByteStore}; for the authors of stores. */
export function assertStoreKey(key: string): void {
  const valid =
    typeof key === "string" &&
    key.length <= 1000 &&
    key.split("/").every((part) => segment.test(part) && part !== "." && part !== "..");
  if (valid) return;
  const shown = String(key).slice(0, 100);
  throw new AtcError(
    "ATC_INVALID_ARGUMENT",
    `the store key "${shown}" is not valid; use segments of [A-Za-z0-9._-] parted by "/", each of 1 to 200 characters and never "." or "..", at most 1000 in all`,
    { details: { key: shown } },
  );
}
