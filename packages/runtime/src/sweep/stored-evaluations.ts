import type { Cache, CacheKey } from "@atc/cache";
import { isAtcError, type JsonObject } from "@atc/contract";
import type { EvaluationResults, LeftOutSymbol } from "../evaluate/evaluation.ts";
import type { ConfigurationDigest } from "./configuration-digest.ts";
import { digestIndex } from "./digest-index.ts";
import {
  type FoundEvaluation,
  mostRows,
  rowsOfUnit,
  type StoredUnit,
  type UnitRow,
  type UnitWidths,
  unitOf,
  unitOfResults,
  unitOfRows,
  unitPlaces,
  unitValue,
} from "./stored-unit.ts";
import { openUnitList } from "./unit-list.ts";

/** The finished configurations of a sweep in the cache, found by their content. */
export interface StoredEvaluations {
  /** How many there are. */
  readonly size: number;
  /** What was left out by any of them. */
  readonly leftOut: readonly LeftOutSymbol[];
  find(digest: ConfigurationDigest): Promise<FoundEvaluation | undefined>;
  /** Stores a finished unit. Configurations on which a strategy failed are left out: it may not fail again. */
  store(digests: readonly ConfigurationDigest[], results: EvaluationResults, costMs: number): Promise<void>;
}

/** What {@link openStoredEvaluations} needs. */
export interface StoredEvaluationsOptions extends UnitWidths {
  readonly cache: Cache;
  /** Makes the key of the unit with a number, and of the list of units. */
  readonly key: (part: JsonObject) => CacheKey;
  /** Whether stored results are found. They are stored in any case. */
  readonly isRead: boolean;
}

/** Entries are found through the index, so they do not use the memory of the cache. */
const once = { keepInMemory: false } as const;

/** Units that stay in memory, because neighbours in a sweep are mostly neighbours in a unit. */
const openUnits = 4;

/** A unit with a smaller part of the most configurations is small. */
const smallPart = 1 / 4;
/** So many small units are joined: each costs a file, and a reading when the next sweep begins. */
const mostSmall = 64;

/**
 * Opens the finished units of a sweep. A unit is an entry with a number of its own. A sweep that was killed after an
 * entry and before the list of entries finds it all the same: it looks for the numbers after the listed ones. Sweeps of
 * the same data may run at the same time.
 */
export async function openStoredEvaluations(options: StoredEvaluationsOptions): Promise<StoredEvaluations> {
  const { cache, key, metrics, symbolMetrics, isRead } = options;
  const most = mostRows(options);
  const index = digestIndex();
  const open = new Map<number, StoredUnit>();
  const leftOut = new Map<string, LeftOutSymbol>();
  const list = await openUnitList(cache, key({ units: "list" }));
  /** The numbers of small units, with their configurations. */
  const small = new Map<number, number>();
  let isJoining = false;

  function keep(number: number, unit: StoredUnit): void {
    open.delete(number);
    open.set(number, unit);
    for (const oldest of open.keys()) if (open.size > openUnits) open.delete(oldest);
  }

  function register(number: number, unit: StoredUnit): void {
    const rows = rowsOfUnit(unit);
    for (let row = 0; row < rows; row++)
      index.set({ high: unit.digests[2 * row] ?? 0n, low: 0n }, number * unitPlaces + row);
    for (const one of unit.leftOut) leftOut.set(one.symbol, one);
    if (rows < smallPart * most) small.set(number, rows);
  }

  async function unitAt(number: number): Promise<StoredUnit | undefined> {
    const known = open.get(number);
    if (known !== undefined) return known;
    const value = await cache.get(key({ unit: number }), once);
    const unit = value === undefined ? undefined : unitOf(value, options);
    if (unit !== undefined) keep(number, unit);
    return unit;
  }

  /** The place of a configuration, whose unit may be joined with others while it is read. */
  async function rowOf(digest: ConfigurationDigest): Promise<UnitRow | undefined> {
    for (let tried = -1; ; ) {
      const place = index.get(digest);
      if (place === undefined || place === tried) return undefined;
      const row = place % unitPlaces;
      const unit = await unitAt((place - row) / unitPlaces);
      if (unit !== undefined) return { unit, row };
      tried = place;
    }
  }

  /** A number that no sweep has used, also none that runs at the same time in another process. */
  async function freeNumber(): Promise<number> {
    await list.refresh();
    for (;;) {
      const number = list.take();
      if ((await cache.get(key({ unit: number }), once)) === undefined) return number;
    }
  }

  /** The configurations of a unit that no later unit has. */
  function ownRows(number: number, unit: StoredUnit): readonly UnitRow[] {
    const rows = Array.from({ length: rowsOfUnit(unit) }, (_, row) => row);
    const isOwn = (row: number): boolean =>
      index.get({ high: unit.digests[2 * row] ?? 0n, low: 0n }) === number * unitPlaces + row;
    return rows.filter(isOwn).map((row) => ({ unit, row }));
  }

  /** The smallest units that fit into one. */
  function unitsToJoin(): readonly number[] {
    const chosen: number[] = [];
    let rows = 0;
    for (const [number, count] of [...small].sort(([, a], [, b]) => a - b)) {
      rows += count;
      if (rows > most) break;
      chosen.push(number);
    }
    return chosen;
  }

  /**
   * Joins small units. They are removed only after the joined one is stored and listed, so a crash loses nothing: it
   * leaves configurations that are in two units, of which the later one counts. False if the cache refuses the unit.
   */
  async function join(): Promise<boolean> {
    const numbers = unitsToJoin();
    const rows: UnitRow[] = [];
    for (const number of numbers) {
      const unit = await unitAt(number);
      // The cache may have evicted it.
      if (unit !== undefined) rows.push(...ownRows(number, unit));
    }
    if (rows.length > 0) {
      const unit = unitOfRows(rows, options);
      const number = await freeNumber();
      if (!(await cache.set(key({ unit: number }), unitValue(unit), once))) return false;
      await list.store();
      register(number, unit);
    }
    for (const number of numbers) {
      small.delete(number);
      open.delete(number);
      await cache.delete(key({ unit: number }));
    }
    list.remove(numbers);
    await list.store();
    return true;
  }

  /** Joins small units if there are many, one join at a time. */
  async function joinIfMany(): Promise<void> {
    if (small.size < mostSmall || isJoining) return;
    isJoining = true;
    try {
      isJoining = !(await join());
    } catch (error) {
      // Nothing is lost, so the sweep continues. The next one joins them.
      if (!isAtcError(error)) throw error;
    }
  }

  if (isRead) {
    for (let number = 0; ; number++) {
      if (list.isRemoved(number)) continue;
      const unit = await unitAt(number);
      if (unit !== undefined) register(number, unit);
      // The cache may have evicted a listed unit.
      else if (number >= list.next) break;
      while (list.next <= number) list.take();
    }
    await joinIfMany();
  }

  return {
    get size() {
      return index.size;
    },
    get leftOut() {
      return [...leftOut.values()];
    },
    async find(digest) {
      const found = await rowOf(digest);
      if (found === undefined) return undefined;
      const { unit, row } = found;
      if (unit.digests[2 * row] !== digest.high || unit.digests[2 * row + 1] !== digest.low) return undefined;
      return {
        portfolio: unit.portfolios.subarray(row * metrics, (row + 1) * metrics),
        symbols: unit.symbols.subarray(row * symbolMetrics, (row + 1) * symbolMetrics),
        fault: unit.faults.get(row),
      };
    },
    async store(digests, results, costMs) {
      const unit = unitOfResults(digests, results, options);
      if (rowsOfUnit(unit) === 0) return;
      const number = await freeNumber();
      if (!(await cache.set(key({ unit: number }), unitValue(unit), { costMs, ...once }))) return;
      register(number, unit);
      await list.store();
      await joinIfMany();
    },
  };
}
