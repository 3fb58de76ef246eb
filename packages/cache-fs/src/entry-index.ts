interface IndexedEntry {
  /** Bytes of the value. */
  readonly size: number;
  /** When it was last read or written, in microseconds since the epoch. */
  readonly time: number;
}

/** The entries in order of their last access, least recent first, with their total size. */
export interface EntryIndex {
  /** Bytes of all entries. */
  readonly bytes: number;
  /** Number of entries. */
  readonly count: number;
  get(key: string): IndexedEntry | undefined;
  /** Makes `key` the most recent entry. Does nothing if a later time of it is known. */
  touch(key: string, entry: IndexedEntry): void;
  /** Removes and returns the entry of `key`. */
  remove(key: string): IndexedEntry | undefined;
  /** The least recent key that is not in `skip`. */
  oldest(skip: ReadonlySet<string>): string | undefined;
  /** All entries, least recent first. */
  entries(): [string, IndexedEntry][];
}

/**
 * An empty index. A Map keeps insertion order, so an access is a delete and a set, and the least recent entry is the
 * first.
 */
export function entryIndex(): EntryIndex {
  const known = new Map<string, IndexedEntry>();
  let bytes = 0;
  const remove = (key: string): IndexedEntry | undefined => {
    const entry = known.get(key);
    if (entry === undefined) return undefined;
    known.delete(key);
    bytes -= entry.size;
    return entry;
  };
  return {
    get bytes() {
      return bytes;
    },
    get count() {
      return known.size;
    },
    get: (key) => known.get(key),
    touch(key, entry) {
      const before = known.get(key);
      if (before !== undefined && before.time > entry.time) return;
      remove(key);
      known.set(key, entry);
      bytes += entry.size;
    },
    remove,
    oldest(skip) {
      for (const key of known.keys()) if (!skip.has(key)) return key;
      return undefined;
    },
    entries: () => [...known],
  };
}
