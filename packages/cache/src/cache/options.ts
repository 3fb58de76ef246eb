import { endianness } from "node:os";
import { AtcError, type ByteStore, type Codec } from "@atc/contract";
import type { CacheEvent } from "../base/statistics.ts";
import { plainCodec } from "../entry/entry-files.ts";

/** Where a cache keeps its values, and in what form. */
export interface CacheOptions {
  /** Where the files lie. It stays the caller's: disposing the cache does not dispose it. */
  readonly store: ByteStore;
  /** What compresses the files; plain `.npz` where absent. */
  readonly codec?: Codec | undefined;
  /** Codecs that files of other settings were written with, so that these stay readable. Plain `.npz` always is. */
  readonly readers?: readonly Codec[] | undefined;
  /** The budget of values in memory, in bytes; 64 MiB where absent, 0 keeps none. */
  readonly memoryBytes?: number | undefined;
  /** Is told once when the store fails, and once when a damaged file is met. */
  readonly warn?: ((message: string) => void) | undefined;
  /** Is told of hits, misses, damage and failures. */
  readonly onEvent?: ((event: CacheEvent) => void) | undefined;
}

/** The options with every default filled in. */
export interface CheckedOptions {
  readonly store: ByteStore;
  /** The codec that writes, then those that only read, one for each extension. */
  readonly codecs: readonly Codec[];
  readonly memoryBytes: number;
  readonly warn: (message: string) => void;
  readonly onEvent: (event: CacheEvent) => void;
}

const extensionForm = /^(\.[A-Za-z0-9_-]{1,20}){0,4}$/;

/** Fills in the defaults. ATC_INVALID_ARGUMENT on an option out of its range, ATC_UNSUPPORTED on a big-endian machine. */
export function checkOptions(options: CacheOptions): CheckedOptions {
  const { store, codec = plainCodec, readers = [], memoryBytes = 64 * 2 ** 20 } = options;
  if (endianness() !== "LE")
    throw new AtcError("ATC_UNSUPPORTED", "cache entries are little-endian, and this machine is not");
  if (!Number.isSafeInteger(memoryBytes) || memoryBytes < 0)
    throw new AtcError("ATC_INVALID_ARGUMENT", `memoryBytes is "${memoryBytes}"; give a whole number of 0 or more`, {
      details: { field: "memoryBytes" },
    });
  const codecs: Codec[] = [];
  for (const one of [codec, ...readers, plainCodec]) {
    if (!extensionForm.test(one.extension))
      throw new AtcError(
        "ATC_INVALID_ARGUMENT",
        `the codec "${one.name}" has the extension "${one.extension}"; it must be a dot and 1 to 20 of [A-Za-z0-9_-]`,
      );
    if (!codecs.some(({ extension }) => extension === one.extension)) codecs.push(one);
  }
  const nothing = (): void => undefined;
  return { store, codecs, memoryBytes, warn: options.warn ?? nothing, onEvent: options.onEvent ?? nothing };
}
