import { endianness } from "node:os";
import { AtcError, type ByteStore, type Codec } from "@atc/contract";
import type { CacheEvent } from "../base/statistics.ts";
import { plainCodec } from "../entry/entry-files.ts";

/** Options of {@link createCache}. */
export interface CacheOptions {
  /** The store of the files. The caller owns it: disposing the cache does not dispose it. */
  readonly store: ByteStore;
  /**
   * A store that other machines use too. A value that `store` lacks is looked up in it, verified, and then kept in
   * `store`; new values are written to both. If it fails, that is reported once, and it is left alone for a minute.
   * Maintenance (`entries`, `verify`, `prune`, `clear`, `stats`) is of `store` alone. The caller owns it. Default:
   * none.
   */
  readonly remote?: ByteStore | undefined;
  /** The codec of new files; default: none (plain `.npz`). */
  readonly codec?: Codec | undefined;
  /**
   * Codecs of files that were written with other settings, so that these stay readable. Plain `.npz` files always are.
   */
  readonly readers?: readonly Codec[] | undefined;
  /** The budget of values in memory, in bytes; default: 64 MiB. 0 keeps none. */
  readonly memoryBytes?: number | undefined;
  /** Receives one message when the store first fails, and one when a file is first found damaged. */
  readonly warn?: ((message: string) => void) | undefined;
  /** Receives every hit, miss, damaged file and failure. */
  readonly onEvent?: ((event: CacheEvent) => void) | undefined;
}

/** The options with every default filled in. */
export interface CheckedOptions {
  readonly store: ByteStore;
  readonly remote: ByteStore | undefined;
  /** The writing codec, then those that only read, one per extension. */
  readonly codecs: readonly Codec[];
  readonly memoryBytes: number;
  readonly warn: (message: string) => void;
  readonly onEvent: (event: CacheEvent) => void;
}

const extensionForm = /^(\.[A-Za-z0-9_-]{1,20}){0,4}$/;

/**
 * Fills in the defaults. Throws ATC_INVALID_ARGUMENT for an option out of its range, ATC_UNSUPPORTED on a big-endian
 * machine.
 */
export function checkOptions(options: CacheOptions): CheckedOptions {
  const { store, codec = plainCodec, readers = [], memoryBytes = 64 * 2 ** 20 } = options;
  if (endianness() !== "LE")
    throw new AtcError("ATC_UNSUPPORTED", "this machine is big-endian; the cache requires a little-endian one");
  if (!Number.isSafeInteger(memoryBytes) || memoryBytes < 0)
    throw new AtcError("ATC_INVALID_ARGUMENT", `memoryBytes is "${memoryBytes}"; give a whole number of 0 or more`, {
      details: { field: "memoryBytes" },
    });
  const codecs: Codec[] = [];
  for (const one of [codec, ...readers, plainCodec]) {
    if (!extensionForm.test(one.extension))
      throw new AtcError(
        "ATC_INVALID_ARGUMENT",
        `the codec "${one.name}" has the extension "${one.extension}"; it must be a dot and 1 to 20 of [A-Za-z0-9_-], such as ".blosc"`,
      );
    if (!codecs.some(({ extension }) => extension === one.extension)) codecs.push(one);
  }
  const nothing = (): void => undefined;
  return {
    store,
    remote: options.remote,
    codecs,
    memoryBytes,
    warn: options.warn ?? nothing,
    onEvent: options.onEvent ?? nothing,
  };
}
