/** What a cache did since it was made. */
export interface CacheStatistics {
  /** Values that came from memory. */
  readonly memoryHits: number;
  /** Values that came from the store. */
  readonly diskHits: number;
  /** Lookups that found nothing to use. */
  readonly misses: number;
  /** Callers of `compute` that took part in a computation that another one had begun. */
  readonly shared: number;
  /** Files that were written. */
  readonly writes: number;
  /** Bytes of those files. */
  readonly bytesWritten: number;
  /** Bytes of the files that were read. */
  readonly bytesRead: number;
  /** Files that did not verify; they were set aside. */
  readonly damaged: number;
  /** Values of which a file was missing or of another write; they were computed again. */
  readonly incomplete: number;
  /** Reads that the store refused. */
  readonly readFailures: number;
  /** Writes that the store or the codec refused. */
  readonly writeFailures: number;
  /** Values in memory. */
  readonly memoryEntries: number;
  /** Bytes of the values in memory. */
  readonly memoryBytes: number;
  /** Values that left memory for others. */
  readonly memoryEvicted: number;
}

/** The counters behind {@link CacheStatistics}. */
export type Counters = {
  -readonly [Name in Exclude<keyof CacheStatistics, `memory${"Entries" | "Bytes" | "Evicted"}`>]: number;
};

/** Counters at 0. */
export function newCounters(): Counters {
  return {
    memoryHits: 0,
    diskHits: 0,
    misses: 0,
    shared: 0,
    writes: 0,
    bytesWritten: 0,
    bytesRead: 0,
    damaged: 0,
    incomplete: 0,
    readFailures: 0,
    writeFailures: 0,
  };
}

/** Something that a cache did, for logs and progress. */
export type CacheEvent =
  | {
      /** A value was found. */
      readonly type: "hit";
      /** Where. */
      readonly tier: "memory" | "disk";
      /** The key's kind. */
      readonly kind: string;
      /** sha256 of the key. */
      readonly digest: string;
    }
  | {
      /** No value was found: there is none, it did not verify, a file of it is missing, or a newer version wrote it. */
      readonly type: "miss";
      /** Why. */
      readonly reason: MissReason;
      /** The key's kind. */
      readonly kind: string;
      /** sha256 of the key. */
      readonly digest: string;
    }
  | {
      /** A file did not verify and was set aside. */
      readonly type: "damaged";
      /** Its key in the store. */
      readonly storeKey: string;
      /** What was wrong. */
      readonly problem: string;
    }
  | {
      /** The store or the codec refused to work; the computation went on. */
      readonly type: "failed";
      /** What was tried. */
      readonly operation: "read" | "write";
      /** What it threw. */
      readonly error: unknown;
    };

/** Why a lookup found nothing. */
export type MissReason = "absent" | "damaged" | "incomplete" | "newer" | "unreadable";
