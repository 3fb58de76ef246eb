import { stat } from "node:fs/promises";
import { AtcError } from "@atc/contract";
import { accessLog } from "./access-log.ts";
import type { AccessRecord } from "./access-record.ts";
import { removeFile } from "./atomic-file.ts";
import { type EntryIndex, entryIndex } from "./entry-index.ts";
import type { CheckedOptions } from "./options.ts";
import { isAbsent, pathOf } from "./store-path.ts";

/** What the entries of a directory cost, shared with the other processes through access logs, and the eviction that keeps it in its budget. */
export interface Ledger {
  /** The entries as known now. */
  readonly index: EntryIndex;
  /** Entries that this process evicted. */
  readonly evictedEntries: number;
  /** Bytes that this process evicted. */
  readonly evictedBytes: number;
  /** Notes that `key` was read; written down with the next write. */
  recordRead(key: string, size: number): void;
  /** Takes in what other processes did. */
  follow(): Promise<void>;
  /** Makes room for `key`, runs `publish`, and tells the others. */
  write(key: string, size: number, publish: () => Promise<void>): Promise<void>;
  /** Removes the file of `key` and tells the others; whether it was there. */
  remove(key: string): Promise<boolean>;
  /** Writes down what is pending and closes the own log. */
  close(): Promise<void>;
}

/** Reads that wait for the next write at most; beyond, they are written down by themselves. */
const pendingReads = 512;

/**
 * The ledger of a directory. An intent is written before the budget is checked, so of two processes that write at the same time the later
 * one sees the other's bytes; it is written again after the rename, for those who looked for the file in between and did not find it.
 */
export function ledger(options: CheckedOptions, owner: string): Ledger {
  const { directory } = options;
  const index = entryIndex();
  const log = accessLog(directory, owner);
  const exclusive = queue();
  const reads = new Map<string, AccessRecord>();
  const eviction = evictor(options, index);
  let lastTime = 0;

  /** Microseconds since the epoch that never repeat or go back, whatever the clock does. */
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

  /** The reads since the last call, but those of keys that are gone by now: writing these down would bring the keys back in the eyes of others. */
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
    // Somebody may have written the key again at the same moment: the file itself is the judge.
    for (const [key, time] of removed) {
      const size = await fileSize(pathOf(directory, key));
      const known = index.remove(key);
      if (size !== undefined) index.touch(key, { size, time: Math.max(time, known?.time ?? 0) });
    }
  }

  async function write(key: string, size: number, publish: () => Promise<void>): Promise<void> {
    await append([touch(key, size)]);
    await follow();
    const evicted = await eviction.makeRoom(key);
    try {
      await publish();
    } catch (error) {
      const left = await fileSize(pathOf(directory, key));
      index.remove(key);
      if (left !== undefined) touch(key, left);
      throw error;
    }
    const gone = evicted.map((one) => ({ key: one, size: undefined, time: now() }));
    await append([...takeReads(), ...gone, touch(key, size)]);
  }

  async function remove(key: string): Promise<boolean> {
    // Follows first, so that the removal is later than every write that it removes, whatever the clocks of others say.
    await follow();
    const existed = await removeFile(pathOf(directory, key));
    const known = index.remove(key);
    reads.delete(key);
    if (existed || known !== undefined) await append([{ key, size: undefined, time: now() }]);
    return existed;
  }

  function recordRead(key: string, size: number): void {
    reads.set(key, touch(key, size));
    // A directory that cannot be written to keeps no access times; reading it must go on all the same.
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
    write: (key, size, publish) => exclusive(() => write(key, size, publish)),
    remove: (key) => exclusive(() => remove(key)),
    close: () => exclusive(close),
  };
}

interface Evictor {
  /** Evicts the least recently used entries but `keep` until the budget holds; the keys that went. */
  readonly makeRoom: (keep: string) => Promise<string[]>;
  readonly entries: () => number;
  readonly bytes: () => number;
}

function evictor(options: CheckedOptions, index: EntryIndex): Evictor {
  const { directory, maxBytes, maxEntries } = options;
  let entries = 0;
  let bytes = 0;

  function tell(key: string, size: number, accessedAt: number): void {
    if (entries === 0)
      options.warn(
        `the cache in "${directory}" reached its budget of ${maxBytes} bytes or ${maxEntries} entries; the entries used longest ago are removed from now on`,
      );
    entries++;
    bytes += size;
    options.onEvict({ key, size, accessedAt });
  }

  async function makeRoom(keep: string): Promise<string[]> {
    const gone: string[] = [];
    const skip = new Set([keep]);
    while (index.bytes > maxBytes || index.count > maxEntries) {
      const key = index.oldest(skip);
      if (key === undefined) break;
      skip.add(key);
      // A file that cannot be removed (open on Windows, say) stays counted, and the next oldest goes instead.
      const existed = await removeFile(pathOf(directory, key)).catch(() => undefined);
      if (existed === undefined) continue;
      const entry = index.remove(key);
      gone.push(key);
      if (existed && entry !== undefined) tell(key, entry.size, Math.floor(entry.time / 1000));
    }
    return gone;
  }

  return { makeRoom, entries: () => entries, bytes: () => bytes };
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

/** Bytes of the file, or undefined where there is none. */
export async function fileSize(path: string): Promise<number | undefined> {
  try {
    const found = await stat(path);
    return found.isFile() ? found.size : undefined;
  } catch (error) {
    if (isAbsent(error)) return undefined;
    throw error;
  }
}

/** The error of a value that no budget of this store can hold. */
export function tooLarge(key: string, size: number, maxBytes: number): AtcError {
  return new AtcError(
    "ATC_NO_SPACE",
    `"${key}" has ${size} bytes, more than the whole budget of ${maxBytes} bytes; raise maxBytes`,
    { details: { key, size, maxBytes } },
  );
}
