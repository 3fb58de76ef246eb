/** The counters of a cache since it was created. */
export interface CacheStatistics {
  /** Values that came from memory. */
  readonly memoryHits: number;
  /** Values that came from the store. */
  readonly diskHits: number;
  /** Values that came from the remote store. */
  readonly remoteHits: number;
  /** Lookups without a usable value. */
  readonly misses: number;
  /** Calls of `compute` that shared a computation in progress. */
  readonly shared: number;
  /** Files that were written. */
  readonly writes: number;
  /** Bytes of those files. */
  readonly bytesWritten: number;
  /** Bytes of the files that were read. */
  readonly bytesRead: number;
  /** Files that failed verification and were set aside. */
  readonly damaged: number;
  /** Values of which a file was missing or from another write. They count as misses. */
  readonly incomplete: number;
  /** Reads that failed in the store. */
  readonly readFailures: number;
  /** Writes that failed in the store or the codec. */
  readonly writeFailures: number;
  /** Values in memory. */
  readonly memoryEntries: number;
  /** Bytes of the values in memory. */
  readonly memoryBytes: number;
  /** Values that were evicted from memory. */
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
    remoteHits: 0,
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

/** An event of a cache, for logs and progress. */
export type CacheEvent =
  | {
      /** A value was found. */
      readonly type: "hit";
      /** The tier in which it was found. */
      readonly tier: "memory" | "disk" | "remote";
      /** The key's kind. */
      readonly kind: string;
      /** sha256 of the key. */
      readonly digest: string;
    }
  | {
      /** No usable value was found. */
      readonly type: "miss";
      readonly reason: MissReason;
      /** The key's kind. */
      readonly kind: string;
      /** sha256 of the key. */
      readonly digest: string;
    }
  | {
      /** A file failed verification and was set aside. */
      readonly type: "damaged";
      /** Its key in the store. */
      readonly storeKey: string;
      /** What is wrong with it. */
      readonly problem: string;
      /** Whether it is a file of the remote store. */
      readonly isRemote?: true;
    }
  | {
      /** The store or the codec failed. The computation continued without the cache. */
      readonly type: "failed";
      readonly operation: "read" | "write";
      /** The value that was thrown. */
      readonly error: unknown;
      /** Whether it is the remote store that failed. */
      readonly isRemote?: true;
    };

/**
 * Why a lookup found no usable value: there is none (`absent`), a file failed verification (`damaged`), a file is
 * missing or from another write (`incomplete`), a newer format (`newer`), or no codec for the file was given
 * (`unreadable`).
 */
export type MissReason = "absent" | "damaged" | "incomplete" | "newer" | "unreadable";
