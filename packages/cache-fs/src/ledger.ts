import { stat } from "node:fs/promises";
import { AtcError } from "@atc/contract";
import { accessLog } from "./access-log.ts";
import type { AccessRecord } from "./access-record.ts";
import { removeFile } from "./atomic-file.ts";
import { type EntryIndex, entryIndex } from "./entry-index.ts";
import type { CheckedOptions, EvictedEntry } from "./options.ts";
import { isAbsent, pathOf } from "./store-path.ts";

/**
 * The sizes and last accesses of the entries of a directory, shared by processes through access logs, and the eviction
 * that keeps the directory within its budget.
 */
export interface Ledger {
  /** The entries that are known now. */
  readonly index: EntryIndex;
  /** Entries that this process has evicted. */
  readonly evictedEntries: number;
  /** Bytes that this process has evicted. */
  readonly evictedBytes: number;
  /** Records a read of `key`. The next write appends it to the log. */
  recordRead(key: string, size: number): void;
  /** Applies the records of other processes. */
  follow(): Promise<void>;
  /** Evicts the entries that are too old. */
  expire(): Promise<void>;
  /** Makes room for `key`, runs `publish`, and appends the write to the log. */
  write(key: string, size: number, publish: () => Promise<void>): Promise<void>;
  /** Removes the file of `key` and appends that to the log. Returns whether the file existed. */
  remove(key: string): Promise<boolean>;
  /** Appends pending reads and closes the own log. */
  close(): Promise<void>;
}

/** This many reads wait for the next write; then they are appended without one. */
const pendingReads = 512;

/**
 * The ledger of a directory. A write is logged before the budget is checked. So if two processes write at the same
 * time, the later one sees the bytes of the other. It is logged again after the rename, for processes that looked for
 * the file in between and did not find it.
 */
export function openLedger(options: CheckedOptions, owner: string): Ledger {
  const { directory } = options;
  const index = entryIndex();
  const log = accessLog(directory, owner);
  const exclusive = queue();
  const reads = new Map<string, AccessRecord>();
  const eviction = evictor(options, index);
  let lastTime = 0;

  /** Microseconds since the epoch, strictly increasing even if the clock is set back. */
  const now = (): number => {
    lastTime = Math.max(lastTime + 1, Date.now() * 1000);
    return lastTime;
  };
  const snapshot = (): AccessRecord[] => index.entries().map(([key, { size, time }]) => ({ key, size, time }));
  const touch = (key: string, size: number): AccessRecord => {
    const record = { key, size, time: now() };
    index.touch(key, record);
    return record;
  };

  const append = (records: readonly AccessRecord[]): Promise<void> => log.append(records, snapshot);

  /**
   * The reads since the last call, without those of keys that are removed: a read would make other processes list the
   * key again.
   */
  function takeReads(): AccessRecord[] {
    const taken = [...reads.values()].filter(({ key }) => index.get(key) !== undefined);
    reads.clear();
    return taken;
  }

  async function flushReads(): Promise<void> {
    await follow();
    await append(takeReads());
  }

  async function follow(): Promise<void> {
    const removed = new Map<string, number>();
    for (const { key, size, time } of await log.follow()) {
      lastTime = Math.max(lastTime, time);
      if (size === undefined) removed.set(key, time);
      else {
        removed.delete(key);
        index.touch(key, { size, time });
      }
    }
    // Another process may have written the key again at the same time, so the file itself decides.
    for (const [key, time] of removed) {
      const size = await fileSize(pathOf(directory, key));
      const known = index.remove(key);
      if (size !== undefined) index.touch(key, { size, time: Math.max(time, known?.time ?? 0) });
    }
  }

  async function write(key: string, size: number, publish: () => Promise<void>): Promise<void> {
    await append([touch(key, size)]);
    await follow();
    const evicted = [...(await eviction.expire()), ...(await eviction.makeRoom(key))];
    try {
      await publish();
    } catch (error) {
      const left = await fileSize(pathOf(directory, key));
      index.remove(key);
      if (left !== undefined) touch(key, left);
      throw error;
    }
    await append([...takeReads(), ...removals(evicted), touch(key, size)]);
  }

  function removals(keys: readonly string[]): AccessRecord[] {
    return keys.map((key) => ({ key, size: undefined, time: now() }));
  }

  async function expire(): Promise<void> {
    const evicted = await eviction.expire();
    if (evicted.length > 0) await append(removals(evicted));
  }

  async function remove(key: string): Promise<boolean> {
    // Follow first, so that the removal is later than every write that it removes, whatever the clocks of other
    // processes say.
    await follow();
    const existed = await removeFile(pathOf(directory, key));
    const known = index.remove(key);
    reads.delete(key);
    if (existed || known !== undefined) await append([{ key, size: undefined, time: now() }]);
    return existed;
  }

  function recordRead(key: string, size: number): void {
    reads.set(key, touch(key, size));
    // A read-only directory keeps no access times, but reads must still succeed.
    if (reads.size >= pendingReads) exclusive(flushReads).catch(() => reads.clear());
  }

  async function close(): Promise<void> {
    if (reads.size > 0) await flushReads().catch(() => undefined);
    await log.close();
  }

  return {
    index,
    get evictedEntries() {
      return eviction.entries();
    },
    get evictedBytes() {
      return eviction.bytes();
    },
    recordRead,
    follow: () => exclusive(follow),
    expire: () => exclusive(expire),
    write: (key, size, publish) => exclusive(() => write(key, size, publish)),
    remove: (key) => exclusive(() => remove(key)),
    close: () => exclusive(close),
  };
}

interface Evictor {
  /** Evicts the entries that were not used for too long. Returns their keys. */
  readonly expire: () => Promise<string[]>;
  /** Evicts the least recently used entries except `keep` until the budget is met. Returns their keys. */
  readonly makeRoom: (keep: string) => Promise<string[]>;
  readonly entries: () => number;
  readonly bytes: () => number;
}

function evictor(options: CheckedOptions, index: EntryIndex): Evictor {
  const { directory, maxBytes, maxEntries, maxAgeMs } = options;
  let entries = 0;
  let bytes = 0;
  let isFull = false;

  function report(key: string, size: number, accessedAt: number, reason: EvictedEntry["reason"]): void {
    if (reason === "budget" && !isFull) {
      isFull = true;
      options.warn(
        `the cache in "${directory}" has reached its budget of ${maxBytes} bytes or ${maxEntries} entries; the least recently used entries are removed from now on`,
      );
    }
    entries++;
    bytes += size;
    options.onEvict({ key, size, accessedAt, reason });
  }

  /** Evicts the least recently used entries except those in `skip` while `isDue`. Returns their keys. */
  async function evict(
    skip: Set<string>,
    reason: EvictedEntry["reason"],
    isDue: (oldest: string) => boolean,
  ): Promise<string[]> {
    const evicted: string[] = [];
    for (;;) {
      const key = index.oldest(skip);
      if (key === undefined || !isDue(key)) break;
      skip.add(key);
      // A file that cannot be removed (because it is open on Windows, for example) stays counted, and the next one is
      // evicted.
      const existed = await removeFile(pathOf(directory, key)).catch(() => undefined);
      if (existed === undefined) continue;
      const entry = index.remove(key);
      evicted.push(key);
      if (existed && entry !== undefined) report(key, entry.size, Math.floor(entry.time / 1000), reason);
    }
    return evicted;
  }

  return {
    async expire() {
      if (maxAgeMs === Number.POSITIVE_INFINITY) return [];
      const oldest = (Date.now() - maxAgeMs) * 1000;
      return evict(new Set(), "age", (key) => (index.get(key)?.time ?? oldest) < oldest);
    },
    makeRoom: (keep) => evict(new Set([keep]), "budget", () => index.bytes > maxBytes || index.count > maxEntries),
    entries: () => entries,
    bytes: () => bytes,
  };
}

/** Runs one operation at a time, in the order of the calls. */
function queue(): <T>(operation: () => Promise<T>) => Promise<T> {
  let last: Promise<unknown> = Promise.resolve();
  return (operation) => {
    const result = last.then(operation);
    last = result.catch(() => undefined);
    return result;
  };
}

/** Bytes of the file, or undefined if there is none. */
export async function fileSize(path: string): Promise<number | undefined> {
  try {
    const found = await stat(path);
    return found.isFile() ? found.size : undefined;
  } catch (error) {
    if (isAbsent(error)) return undefined;
    throw error;
  }
}

/** The error for a value that is larger than the budget. */
export function tooLarge(key: string, size: number, maxBytes: number): AtcError {
  return new AtcError(
    "ATC_NO_SPACE",
    `"${key}" has ${size} bytes, more than the budget of ${maxBytes} bytes; raise maxBytes (cacheMaxBytes in a configuration)`,
    { details: { key, size, maxBytes } },
  );
}
