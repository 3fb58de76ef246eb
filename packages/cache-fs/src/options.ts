import { AtcError } from "@atc/contract";

/** An entry that made room for another. */
export interface EvictedEntry {
  /** The key. */
  readonly key: string;
  /** Bytes of the value. */
  readonly size: number;
  /** When it was last read or written, in ms since the epoch. */
  readonly accessedAt: number;
}

/** Where a directory store keeps its entries, and how many. */
export interface CacheFsOptions {
  /** The directory; made at the first write where it does not exist. */
  readonly directory: string;
  /** The most bytes that all values may take together; 1 GiB where absent. */
  readonly maxBytes?: number | undefined;
  /** The most entries; 100,000 where absent. */
  readonly maxEntries?: number | undefined;
  /** Whether a value is forced to the disk before `set` resolves, so that it survives a power cut; false where absent. */
  readonly fsync?: boolean | undefined;
  /** Is told of each entry that this process evicts. */
  readonly onEvict?: ((entry: EvictedEntry) => void) | undefined;
  /** Is told once, at the first eviction, with the budget that was reached. */
  readonly warn?: ((message: string) => void) | undefined;
}

/** The options with every default filled in. */
export interface CheckedOptions {
  readonly directory: string;
  readonly maxBytes: number;
  readonly maxEntries: number;
  readonly fsync: boolean;
  readonly onEvict: (entry: EvictedEntry) => void;
  readonly warn: (message: string) => void;
}

/** Fills in the defaults; ATC_INVALID_ARGUMENT where a value is out of its range. */
export function checkOptions(options: CacheFsOptions): CheckedOptions {
  const { directory, maxBytes = 2 ** 30, maxEntries = 100_000, fsync = false } = options;
  if (typeof directory !== "string" || directory === "" || directory.includes("\0"))
    throw invalid("directory", directory, "give the path of a folder");
  for (const [field, value] of Object.entries({ maxBytes, maxEntries }))
    if (!Number.isSafeInteger(value) || value < 1) throw invalid(field, value, "give a whole number of 1 or more");
  const nothing = (): void => undefined;
  return {
    directory,
    maxBytes,
    maxEntries,
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
