/** What is known of one entry. */
interface IndexedEntry {
  /** Bytes of the value. */
  readonly size: number;
  /** When it was last read or written, in microseconds since the epoch. */
  readonly time: number;
}

/** The entries in order of their last access, oldest first, with their total size. */
export interface EntryIndex {
  /** Bytes of all entries. */
  readonly bytes: number;
  /** Number of entries. */
  readonly count: number;
  /** What is known of `key`. */
  get(key: string): IndexedEntry | undefined;
  /** Makes `key` the newest entry; an older `time` than the known one changes nothing. */
  touch(key: string, entry: IndexedEntry): void;
  /** Forgets `key`; what was known of it. */
  remove(key: string): IndexedEntry | undefined;
  /** The oldest entry whose key `skip` does not hold. */
  oldest(skip: ReadonlySet<string>): string | undefined;
  /** All entries, oldest first. */
  entries(): [string, IndexedEntry][];
}

/** An empty index. A Map keeps its order of insertion, so an access is a delete and a set, and the oldest entry is the first. */
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
