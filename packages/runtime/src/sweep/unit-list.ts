import type { Cache, CacheKey } from "@atc/cache";

/** The numbers of the units in a cache. */
export interface UnitList {
  /** The number of the next unit. */
  readonly next: number;
  /** Whether a number below `next` has been removed. */
  isRemoved(number: number): boolean;
  /** Takes the next number. */
  take(): number;
  /** Marks numbers as removed. */
  remove(numbers: readonly number[]): void;
  /** Adds what other sweeps of the same data have stored since. */
  refresh(): Promise<void>;
  /** Stores the list, with what other sweeps have stored. */
  store(): Promise<void>;
}

type Range = readonly [from: number, to: number];

const once = { keepInMemory: false } as const;

function rangesOf(value: unknown): Range[] {
  const isRange = (one: unknown): one is Range =>
    Array.isArray(one) && one.length === 2 && one.every((bound) => Number.isSafeInteger(bound));
  return Array.isArray(value) ? value.filter(isRange) : [];
}

/** Rising ranges without gaps of 0. */
function joined(ranges: readonly Range[]): Range[] {
  const all: Range[] = [];
  for (const [from, to] of ranges.toSorted(([a], [b]) => a - b)) {
    const last = all.at(-1);
    if (last === undefined || last[1] < from) all.push([from, to]);
    else all[all.length - 1] = [last[0], Math.max(last[1], to)];
  }
  return all;
}

/** Reads the list of a sweep's units. Removed numbers are kept as ranges, so that it stays short. */
export async function openUnitList(cache: Cache, key: CacheKey): Promise<UnitList> {
  let next = 0;
  let removed: Range[] = [];

  async function refresh(): Promise<void> {
    const stored = (await cache.get(key, once))?.attributes;
    next = Math.max(next, Number(stored?.["count"] ?? 0));
    removed = joined([...removed, ...rangesOf(stored?.["removed"])]);
  }

  await refresh();
  return {
    get next() {
      return next;
    },
    isRemoved: (number) => removed.some(([from, to]) => from <= number && number < to),
    take: () => next++,
    remove(numbers) {
      removed = joined([...removed, ...numbers.map((number): Range => [number, number + 1])]);
    },
    refresh,
    async store() {
      await refresh();
      await cache.set(key, { arrays: {}, attributes: { count: next, removed } }, once);
    },
  };
}
