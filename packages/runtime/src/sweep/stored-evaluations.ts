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
import { openUnitList, type UnitName } from "./unit-list.ts";

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
  /** Makes the key of a unit, and of the list of units. */
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
 * Opens the finished units of a sweep. A unit is an entry with a number of its sweep. A later sweep also finds the
 * entry of one that was killed before it listed it: it looks for the numbers after the listed ones. Sweeps of the same
 * data may run at the same time.
 */
export async function openStoredEvaluations(options: StoredEvaluationsOptions): Promise<StoredEvaluations> {
  const { cache, key, metrics, symbolMetrics, isRead } = options;
  const most = mostRows(options);
  const index = digestIndex();
  const open = new Map<number, StoredUnit>();
  const leftOut = new Map<string, LeftOutSymbol>();
  const list = await openUnitList(cache, (copy) => key({ units: "list", copy }));
  /** The units that are known here. Below, a number is a place in it. */
  const names: UnitName[] = [];
  /** By writer, the number from which on units are new. */
  const seen = new Map<string, number>();
  /** Units that were known and are no longer in the cache. */
  const gone = new Set<number>();
  /** The numbers of small units, with their configurations. */
  const small = new Map<number, number>();
  let isJoining = false;
  let looking: Promise<void> | undefined;

  function keep(number: number, unit: StoredUnit): void {
    open.delete(number);
    open.set(number, unit);
    for (const oldest of open.keys()) if (open.size > openUnits) open.delete(oldest);
  }

  const keyOf = ({ writer, number }: UnitName): CacheKey => key({ writer, unit: number });

  function register(name: UnitName, unit: StoredUnit): void {
    const number = names.push(name) - 1;
    seen.set(name.writer, Math.max(seen.get(name.writer) ?? 0, name.number + 1));
    keep(number, unit);
    const rows = rowsOfUnit(unit);
    for (let row = 0; row < rows; row++)
      index.set({ high: unit.digests[2 * row] ?? 0n, low: 0n }, number * unitPlaces + row);
    for (const one of unit.leftOut) leftOut.set(one.symbol, one);
    if (rows < smallPart * most) small.set(number, rows);
  }

  async function read(name: UnitName): Promise<StoredUnit | undefined> {
    const value = await cache.get(keyOf(name), once);
    return value === undefined ? undefined : unitOf(value, options);
  }

  async function unitAt(number: number): Promise<StoredUnit | undefined> {
    const known = open.get(number);
    const name = names[number];
    if (known !== undefined || name === undefined) return known;
    const unit = await read(name);
    if (unit !== undefined) keep(number, unit);
    return unit;
  }

  /** Registers the units that are in the cache and not known here. */
  async function look(): Promise<void> {
    await list.refresh();
    for (const writer of list.writers)
      for (let number = seen.get(writer) ?? 0; ; number++) {
        const name = { writer, number };
        if (list.isRemoved(name)) continue;
        const unit = await read(name);
        if (unit !== undefined) register(name, unit);
        // The cache may have evicted a listed unit.
        else if (number >= list.next(writer)) break;
        list.reach(name);
      }
  }

  async function lookForNew(): Promise<void> {
    looking ??= look().finally(() => {
      looking = undefined;
    });
    await looking;
  }

  /** The place of a configuration, whose unit may be joined with others while it is read, also by another process. */
  async function rowOf(digest: ConfigurationDigest): Promise<UnitRow | undefined> {
    for (let tried = -1; ; ) {
      const place = index.get(digest);
      if (place === undefined || place === tried) return undefined;
      const row = place % unitPlaces;
      const number = (place - row) / unitPlaces;
      const unit = await unitAt(number);
      if (unit !== undefined) return { unit, row };
      tried = place;
      if (!isRead || gone.has(number)) continue;
      gone.add(number);
      await lookForNew();
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
      const name = await list.take();
      if (!(await cache.set(keyOf(name), unitValue(unit), once))) return false;
      await list.store();
      register(name, unit);
    }
    const removed = numbers.flatMap((number) => names[number] ?? []);
    for (const number of numbers) {
      small.delete(number);
      open.delete(number);
    }
    for (const name of removed) await cache.delete(keyOf(name));
    list.remove(removed);
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
    await lookForNew();
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
      const name = await list.take();
      if (!(await cache.set(keyOf(name), unitValue(unit), { costMs, ...once }))) return;
      register(name, unit);
      await list.store();
      await joinIfMany();
    },
  };
}
