import { randomBytes } from "node:crypto";
import type { Cache, CacheKey } from "@atc/cache";
import type { JsonObject, JsonValue } from "@atc/contract";

/** A unit in the cache. Each sweep numbers its own, so that two at the same time never give one name to two units. */
export interface UnitName {
  /** The sweep that stored it: random digits. */
  readonly writer: string;
  readonly number: number;
}

/** The names of the units in a cache. */
export interface UnitList {
  /** The sweeps that have units. */
  readonly writers: readonly string[];
  /** The number after the last unit that is known of a writer. */
  next(writer: string): number;
  /** Whether a unit below that number has been removed. */
  isRemoved(unit: UnitName): boolean;
  /** Notes that a unit was found. */
  reach(unit: UnitName): void;
  /** Takes the next name of this sweep. Before its first unit, the sweep is listed, so that a kill loses nothing. */
  take(): Promise<UnitName>;
  /** Marks units as removed. */
  remove(units: readonly UnitName[]): void;
  /** Adds what other sweeps of the same data have stored since. */
  refresh(): Promise<void>;
  /** Stores the list, with what other sweeps have stored. */
  store(): Promise<void>;
}

type Range = readonly [from: number, to: number];

/** The units of a writer. Removed numbers are kept as ranges, so that the list stays short. */
interface WriterUnits {
  readonly count: number;
  readonly removed: readonly Range[];
}

const once = { keepInMemory: false } as const;
const none: WriterUnits = { count: 0, removed: [] };

/**
 * The list is stored twice. A sweep that waits long between reading and writing a copy removes from it what others have
 * listed meanwhile, and finds that in the other copy before it writes that one.
 */
const copies = [0, 1];

/** How often a copy is written until it lists the units of this sweep. */
const attempts = 20;

function rangesOf(value: JsonValue | undefined): Range[] {
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

function isEmpty({ count, removed }: WriterUnits): boolean {
  const [first, second] = removed;
  return second === undefined && first?.[0] === 0 && first[1] >= count;
}

/** Reads the list of a sweep's units. `key` makes the key of a copy. */
export async function openUnitList(cache: Cache, key: (copy: number) => CacheKey): Promise<UnitList> {
  const own = randomBytes(8).toString("hex");
  const known = new Map<string, WriterUnits>();
  /** Writers of which this sweep has removed all units: other copies still list them. */
  const dropped = new Set<string>();

  function merge(writer: string, { count, removed }: WriterUnits): void {
    const before = known.get(writer) ?? none;
    known.set(writer, { count: Math.max(before.count, count), removed: joined([...before.removed, ...removed]) });
  }

  /** Adds a copy to what is known. Returns the units of this sweep that it lists. */
  async function read(copy: number): Promise<number> {
    const writers = (await cache.get(key(copy), once))?.attributes?.["writers"] as JsonObject | undefined;
    let listed = -1;
    for (const [writer, units] of Object.entries(writers ?? {})) {
      const { count, removed } = units as JsonObject;
      if (writer === own) listed = Number(count);
      if (!dropped.has(writer)) merge(writer, { count: Number(count), removed: rangesOf(removed) });
    }
    return listed;
  }

  async function refresh(): Promise<void> {
    for (const copy of copies) await read(copy);
  }

  async function store(): Promise<void> {
    for (const copy of copies) {
      await refresh();
      // Another sweep may have written at the same time.
      for (let attempt = 0; attempt < attempts; attempt++) {
        const writers = Object.fromEntries(
          [...known].map(([name, { count, removed }]) => [name, { count, removed: removed.map((one) => [...one]) }]),
        );
        const isStored = await cache.set(key(copy), { arrays: {}, attributes: { writers } }, once);
        if (!isStored || (await read(copy)) >= (known.get(own)?.count ?? -1)) break;
      }
    }
  }

  await refresh();
  return {
    get writers() {
      return [...known.keys()];
    },
    next: (writer) => (known.get(writer) ?? none).count,
    isRemoved: ({ writer, number }) =>
      (known.get(writer) ?? none).removed.some(([from, to]) => from <= number && number < to),
    reach: ({ writer, number }) => merge(writer, { count: number + 1, removed: [] }),
    async take() {
      if (!known.has(own)) {
        merge(own, none);
        await store();
      }
      const number = (known.get(own) ?? none).count;
      merge(own, { count: number + 1, removed: [] });
      return { writer: own, number };
    },
    remove(units) {
      for (const { writer, number } of units) merge(writer, { count: 0, removed: [[number, number + 1]] });
      for (const [writer, one] of known) {
        if (writer === own || !isEmpty(one)) continue;
        known.delete(writer);
        dropped.add(writer);
      }
    },
    refresh,
    store,
  };
}
