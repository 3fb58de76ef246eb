import { randomBytes } from "node:crypto";
import { readFile, readlink, rm, stat } from "node:fs/promises";
import { dirname, join, resolve } from "node:path";
import { setTimeout } from "node:timers/promises";
import {
  AtcError,
  type ByteRange,
  type ByteStore,
  type ByteStoreEntry,
  fromSystemError,
  type GetOptions,
  type Leases,
  type SetOptions,
  type Tallies,
  throwIfAborted,
} from "@atc/contract";
import { newOwner, retryRefused } from "@atc/plugin-kit";
import { publishFile, readerPatience, removeAbandonedTemporaries, writeTemporary } from "./atomic-file.ts";
import { readRange } from "./byte-range.ts";
import { fileLeases } from "./lease.ts";
import { fileSize, type Ledger, openLedger, tooLarge } from "./ledger.ts";
import { type CacheFsOptions, type CheckedOptions, checkOptions } from "./options.ts";
import { internalFolder, isAbsent, pathOf, systemCode, writeError } from "./store-path.ts";
import { fileTallies } from "./tallies.ts";

/** The content and the counters of a directory store. */
export interface CacheFsStatistics {
  /** Entries that this process knows of. */
  readonly entries: number;
  /** Bytes of their values. */
  readonly bytes: number;
  /** The budget in bytes. */
  readonly maxBytes: number;
  /** The budget in entries. */
  readonly maxEntries: number;
  /** Entries that this store has evicted since it was opened. */
  readonly evictedEntries: number;
  /** Bytes that this store has evicted since it was opened. */
  readonly evictedBytes: number;
}

/** A byte store in a directory. */
export interface CacheFs extends ByteStore, Leases {
  /** Sums over all processes that use the directory, in small files of its own. */
  readonly tallies: Tallies;
  /** The directory, as an absolute path. */
  readonly directory: string;
  /** A snapshot of the content and the counters. */
  readonly statistics: CacheFsStatistics;
  /** A byte range of the value, clipped at its end; undefined if there is no such key. */
  getRange(key: string, range: ByteRange, options?: GetOptions): Promise<Uint8Array | undefined>;
}

/**
 * Opens a byte store in a directory. A key is the path of its file, and `set` writes a temporary file and renames it.
 * A write that would exceed the budget first evicts the least recently used entries. Many processes may share the
 * directory. The store keeps access times in logs of its own, so that restored or copied files keep their order. Files
 * that the store did not write are neither listed, counted nor removed.
 *
 * @throws ATC_INVALID_ARGUMENT if an option is out of its range or the directory is a file; ATC_NOT_FOUND if it is a
 * broken link. Methods throw ATC_NO_SPACE if the disk is full or a value exceeds the budget, ATC_READ_ONLY if the
 * directory is not writable, and ATC_IO for other failures of the system.
 */
export async function cacheFs(options: CacheFsOptions): Promise<CacheFs> {
  const checked = checkOptions({ ...options, directory: resolveDirectory(options.directory) });
  await assertNoFile(checked.directory);
  const owner = newOwner();
  const ledger = openLedger(checked, owner);
  try {
    await removeAbandonedTemporaries(checked.directory);
    await ledger.follow();
  } catch (error) {
    throw fromSystemError(error, `cannot read the cache directory "${checked.directory}"`, "check its permissions");
  }
  // A read-only directory keeps its old entries.
  await ledger.expire().catch(() => undefined);
  return directoryStore(checked, ledger, owner);
}

/** Attempts to write a value if other programs remove its temporary file. */
const mostAttempts = 3;

/** Attempts to read an entry that is missing while it is replaced, which only Windows shows. */
const mostReadings = 14;

function resolveDirectory(directory: string): string {
  return typeof directory === "string" && directory !== "" ? resolve(directory) : directory;
}

/** Throws if a path cannot be a folder: it is a file or a broken link, or is under one. */
async function assertNoFile(directory: string): Promise<void> {
  for (let place = directory; ; place = dirname(place)) {
    const found = await kindOf(place);
    if (found === "folder") return;
    if (found === "file")
      throw new AtcError(
        "ATC_INVALID_ARGUMENT",
        `the cache directory "${directory}" is a file or is under a file; remove the file or choose another directory`,
        { details: { field: "directory", directory } },
      );
    const target = await readlink(place).catch(() => undefined);
    if (target !== undefined)
      throw new AtcError(
        "ATC_NOT_FOUND",
        `the cache directory "${directory}" cannot be used: "${place}" is a link to "${target}", which does not exist; mount or create that folder, or choose another directory`,
        { details: { field: "directory", directory, target } },
      );
  }
}

async function kindOf(place: string): Promise<"folder" | "file" | "nothing"> {
  try {
    return (await stat(place)).isDirectory() ? "folder" : "file";
  } catch (error) {
    if (systemCode(error) === "ENOTDIR") return "file";
    if (systemCode(error) === "ENOENT") return "nothing";
    throw fromSystemError(error, `cannot use the cache directory "${place}"`, "check its permissions");
  }
}

function directoryStore(options: CheckedOptions, ledger: Ledger, owner: string): CacheFs {
  const { directory, maxBytes, maxEntries } = options;
  const leases = fileLeases(directory);
  const tallies = fileTallies(directory, owner);
  let closed: Promise<void> | undefined;
  const check = (key: string): string => {
    if (closed !== undefined)
      throw new AtcError("ATC_CLOSED", `the directory store "${directory}" is disposed; open it again`);
    return pathOf(directory, key);
  };

  async function readEntry(
    key: string,
    options: GetOptions,
    read: (path: string) => Promise<Reading>,
  ): Promise<Uint8Array | undefined> {
    const path = check(key);
    throwIfAborted(options.signal);
    for (let attempt = 1; ; attempt++) {
      try {
        const { bytes, size } = await retryRefused(() => read(path), { patience: readerPatience });
        throwIfAborted(options.signal);
        if (options.touch !== false && closed === undefined) ledger.recordRead(key, size);
        return bytes;
      } catch (error) {
        if (!isAbsent(error))
          throw fromSystemError(error, `cannot read "${key}" in "${directory}"`, "check the disk and the permissions");
        // Its writer may have moved the old file aside, see publishFile.
        const mayBeReplaced = process.platform === "win32" && ledger.index.get(key) !== undefined;
        if (!mayBeReplaced) return undefined;
        if (attempt === mostReadings) {
          ledger.index.remove(key);
          return undefined;
        }
        await setTimeout(attempt);
      }
    }
  }

  async function set(key: string, value: Uint8Array, setOptions: SetOptions = {}): Promise<void> {
    const path = check(key);
    throwIfAborted(setOptions.signal);
    const size = value.byteLength;
    if (size > maxBytes) throw tooLarge(key, size, maxBytes);
    for (let attempt = 1; ; attempt++) {
      const temporary = join(directory, internalFolder, `${owner}-${randomBytes(6).toString("hex")}.tmp`);
      try {
        await writeTemporary(temporary, value, options.fsync);
        await ledger.write(key, size, async () => {
          throwIfAborted(setOptions.signal);
          await publishFile(temporary, path, options.fsync);
        });
        return;
      } catch (error) {
        await rm(temporary, { force: true }).catch(() => undefined);
        // Missing folders are created, so ENOENT means that another program removed the temporary file.
        if (systemCode(error) !== "ENOENT" || attempt === mostAttempts) throw writeError(error, directory, key);
      }
    }
  }

  async function remove(key: string): Promise<boolean> {
    check(key);
    try {
      return await ledger.remove(key);
    } catch (error) {
      throw fromSystemError(error, `cannot remove "${key}" in "${directory}"`, "check the permissions");
    }
  }

  async function* list(prefix = ""): AsyncGenerator<ByteStoreEntry, void, undefined> {
    check("any");
    await ledger.follow();
    for (const [key, { time }] of ledger.index.entries()) {
      if (!key.startsWith(prefix)) continue;
      const size = await fileSize(check(key));
      if (size === undefined) ledger.index.remove(key);
      else yield { key, size, accessedAt: Math.floor(time / 1000) };
    }
  }

  return {
    directory,
    get statistics() {
      const { evictedEntries, evictedBytes, index } = ledger;
      return { entries: index.count, bytes: index.bytes, maxBytes, maxEntries, evictedEntries, evictedBytes };
    },
    get: (key, options = {}) => readEntry(key, options, readWhole),
    getRange: (key, range, options = {}) => readEntry(key, options, (path) => readRange(path, range)),
    set,
    delete: remove,
    list,
    tallies,
    async acquire(key, options) {
      check(key);
      return leases.acquire(key, options);
    },
    async [Symbol.asyncDispose]() {
      closed ??= Promise.all([ledger.close(), tallies.close()]).then(() => undefined);
      await closed;
    },
  };
}

interface Reading {
  readonly bytes: Uint8Array;
  readonly size: number;
}

async function readWhole(path: string): Promise<Reading> {
  const { buffer, byteOffset, byteLength: size } = await readFile(path);
  return { bytes: new Uint8Array(buffer, byteOffset, size), size };
}
