/** The times at which this process used values. A bucket keeps only the time of the last write. */
export interface KnownAccesses {
  /** Records a use, now. */
  used(key: string): void;
  /** Forgets a value that was removed. */
  removed(key: string): void;
  /** The later of a time and that of the last use. */
  latest(key: string, at: number): number;
}

/** The most values whose use is known: about 20 MB. */
const mostKeys = 100_000;

/** No uses yet. */
export function knownAccesses(): KnownAccesses {
  const times = new Map<string, number>();
  return {
    used(key) {
      // At the end of the map, so that the first key is the least recently used one.
      times.delete(key);
      times.set(key, Date.now());
      if (times.size <= mostKeys) return;
      for (const oldest of times.keys()) {
        times.delete(oldest);
        return;
      }
    },
    removed: (key) => void times.delete(key),
    latest: (key, at) => Math.max(at, times.get(key) ?? at),
  };
}
