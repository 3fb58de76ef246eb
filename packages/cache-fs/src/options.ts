import { AtcError } from "@atc/contract";

/** An entry that was evicted. */
export interface EvictedEntry {
  /** The key of the entry in the store. */
  readonly key: string;
  /** Bytes of the value. */
  readonly size: number;
  /** When it was last read or written, in ms since the epoch. */
  readonly accessedAt: number;
  /** Why it was evicted: the directory had too many bytes or entries, or the entry was not used for `maxAgeMs`. */
  readonly reason: "budget" | "age";
}

/** Options of `cacheFs`. */
export interface CacheFsOptions {
  /** The directory. The first write creates it if it does not exist. */
  readonly directory: string;
  /** The maximum total size of all values in bytes; default: 1 GiB. */
  readonly maxBytes?: number | undefined;
  /** The maximum number of entries; default: 100,000. */
  readonly maxEntries?: number | undefined;
  /**
   * Entries that were not read or written for this many ms are evicted when the directory is opened or written;
   * default: no limit.
   */
  readonly maxAgeMs?: number | undefined;
  /**
   * Whether `set` syncs a value to the disk before it resolves, so that it survives a power failure; default: false.
   */
  readonly fsync?: boolean | undefined;
  /** Receives each entry that this process evicts. */
  readonly onEvict?: ((entry: EvictedEntry) => void) | undefined;
  /** Receives one message at the first eviction for a budget that was reached. */
  readonly warn?: ((message: string) => void) | undefined;
}

/** The options with every default filled in. */
export interface CheckedOptions {
  readonly directory: string;
  readonly maxBytes: number;
  readonly maxEntries: number;
  /** Infinity for no limit. */
  readonly maxAgeMs: number;
  readonly fsync: boolean;
  readonly onEvict: (entry: EvictedEntry) => void;
  readonly warn: (message: string) => void;
}

/** Fills in the defaults. Throws ATC_INVALID_ARGUMENT if a value is out of its range. */
export function checkOptions(options: CacheFsOptions): CheckedOptions {
  const { directory, maxBytes = 2 ** 30, maxEntries = 100_000, fsync = false } = options;
  const { maxAgeMs = Number.POSITIVE_INFINITY } = options;
  if (typeof directory !== "string" || directory === "" || directory.includes("\0"))
    throw invalid("directory", directory, "give the path of a folder");
  for (const [field, value] of Object.entries({ maxBytes, maxEntries }))
    if (!Number.isSafeInteger(value) || value < 1) throw invalid(field, value, "give a whole number of 1 or more");
  if (typeof maxAgeMs !== "number" || !(maxAgeMs > 0))
    throw invalid("maxAgeMs", maxAgeMs, "give a number of milliseconds above 0");
  const nothing = (): void => undefined;
  return {
    directory,
    maxBytes,
    maxEntries,
    maxAgeMs,
    fsync,
    onEvict: options.onEvict ?? nothing,
    warn: options.warn ?? nothing,
  };
}

function invalid(field: string, value: unknown, remedy: string): AtcError {
  return new AtcError(
    "ATC_INVALID_ARGUMENT",
    `the option ${field} of the directory store is "${String(value)}"; ${remedy}`,
    {
      details: { field },
    },
  );
}
