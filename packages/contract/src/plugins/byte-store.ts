import type { OperationOptions } from "../data/progress.ts";
import { AtcError } from "../errors/error.ts";
import type { Tallies } from "./tallies.ts";

/**
 * Bytes of a value: `length` bytes from `offset`, or the last `suffixLength` bytes, clipped to the value. A range that
 * starts after the end has 0 bytes. A negative number or NaN is ATC_INVALID_ARGUMENT.
 */
export type ByteRange = { readonly offset: number; readonly length: number } | { readonly suffixLength: number };

/** Options of {@link ByteStore.set}. */
export interface SetOptions extends OperationOptions {
  /** Time that it took to compute the value, in ms. An eviction policy may prefer to keep expensive values. */
  readonly costMs?: number;
}

/** Options of {@link ByteStore.get} and {@link ByteStore.getRange}. */
export interface GetOptions extends OperationOptions {
  /**
   * Whether the read counts as an access, which sets the entry's `accessedAt` to the current time. Defaults to true. A
   * pass over all entries (a listing, a check) passes false, so that it does not change the eviction order.
   */
  readonly touch?: boolean | undefined;
}

/** A stored value as `list` reports it. */
export interface ByteStoreEntry {
  /** The key that `set` received, without any prefix of the storage. */
  readonly key: string;
  /** Bytes of the value. */
  readonly size: number;
  /** Time of the last read or write, in ms since the epoch. The store keeps it, not the file system. */
  readonly accessedAt: number;
}

/**
 * A key-value store of bytes, in which a cache keeps its entries. Keys are segments of `[A-Za-z0-9._-]`, separated by
 * `/`. A segment has 1 to 200 characters and is never `.` or `..`; a key has at most 1,000 characters. Every method
 * throws ATC_INVALID_ARGUMENT for any other key, and ATC_CLOSED after disposal.
 */
export interface ByteStore extends AsyncDisposable {
  /**
   * The whole value of `key`, or undefined. The bytes belong to the caller. They are a plain Uint8Array, even if a
   * Buffer was set.
   *
   * @throws ATC_ABORTED if `signal` is aborted
   */
  get(key: string, options?: GetOptions): Promise<Uint8Array | undefined>;
  /**
   * A part of the value as `get` returns it, or undefined. A store that cannot read parts omits this method.
   *
   * @throws ATC_INVALID_ARGUMENT for a negative or NaN number in `range`; ATC_ABORTED if `signal` is aborted
   */
  getRange?(key: string, range: ByteRange, options?: GetOptions): Promise<Uint8Array | undefined>;
  /**
   * Replaces the value atomically: a concurrent reader sees the old bytes or the new ones.
   *
   * @throws ATC_ABORTED if `signal` is aborted
   */
  set(key: string, value: Uint8Array, options?: SetOptions): Promise<void>;
  /** Removes `key`. Resolves to whether it existed. */
  delete(key: string): Promise<boolean>;
  /**
   * The entries whose key starts with `prefix`, in no particular order, without values that are being written. A store
   * that asks a server ends its requests if `signal` is aborted.
   */
  list(prefix?: string, options?: Pick<GetOptions, "signal">): AsyncIterable<ByteStoreEntry>;
  /** Sums over all processes that use the store. A store that cannot keep them omits this member. */
  readonly tallies?: Tallies | undefined;
}

/** An exclusive right to compute one key until a deadline. Disposal releases it early. */
export interface Lease extends AsyncDisposable {
  /** The key that only the holder of this lease may compute. */
  readonly key: string;
  /** Extends the lease to its time to live from now. Resolves to false if the lease was already lost. */
  renew(): Promise<boolean>;
}

/**
 * Grants the exclusive right to compute a key until a deadline. It is for programs that coordinate themselves;
 * `@atc/cache` does not use it.
 */
export interface Leases {
  /** The lease of `key`, or undefined if another holder has it. */
  acquire(key: string, options: { readonly ttlMs: number }): Promise<Lease | undefined>;
}

const segment = /^[A-Za-z0-9._-]{1,200}$/;

/** For authors of stores: throws ATC_INVALID_ARGUMENT if `key` breaks the rules of {@link ByteStore}. */
export function assertStoreKey(key: string): void {
  const valid =
    typeof key === "string" &&
    key.length <= 1000 &&
    key.split("/").every((part) => segment.test(part) && part !== "." && part !== "..");
  if (valid) return;
  const shown = String(key).slice(0, 100);
  throw new AtcError(
    "ATC_INVALID_ARGUMENT",
    `the store key "${shown}" is not valid; use segments of [A-Za-z0-9._-] separated by "/", each of 1 to 200 characters and never "." or "..", at most 1000 in all`,
    { details: { key: shown } },
  );
}
