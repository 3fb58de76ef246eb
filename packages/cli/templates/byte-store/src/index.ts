import { createHash, randomUUID } from "node:crypto";
import {
  mkdir,
  open,
  readdir,
  readFile,
  readlink,
  rename,
  rm,
  stat,
  unlink,
  utimes,
  writeFile,
} from "node:fs/promises";
import { dirname, join, resolve } from "node:path";
import {
  AtcError,
  absentOnly,
  assertStoreKey,
  type ByteStore,
  type ByteStoreEntry,
  fromSystemError,
  isAbsence,
  type Plugin,
  throwIfAborted,
} from "@atc/contract";
import { makeFolders } from "@atc/plugin-kit";

/** The options that package.json declares. The runtime gives `directory`: the `cacheDir` of a configuration. */
export interface StoreOptions {
  /** The folder of the values. It is created if it does not exist. */
  readonly directory: string;
}

/** A byte store whose folder is known. */
export interface DirectoryStore extends ByteStore {
  /** The folder, absolute. */
  readonly directory: string;
}

const name = "plugin-name";
const ending = ".value";
const temporaryEnding = ".new";
const longestKey = 1000;
/** A temporary file of this age belongs to a process that was killed. */
const leftoverMs = 3_600_000;

// A key may be longer than a file's name, and one key may be the folder of another. So a value's file is named after the
// hash of its key. The file has the length of the key in 32 bits, the key, and the value.
function fileName(key: string): string {
  return createHash("sha256").update(key).digest("hex") + ending;
}

function headerOf(key: string): Buffer {
  const text = Buffer.from(key);
  const length = Buffer.alloc(4);
  length.writeUInt32LE(text.length);
  return Buffer.concat([length, text]);
}

/** The key at the start of a file. */
function keyOf(start: Buffer, path: string): string {
  const length = start.length < 4 ? Number.NaN : start.readUInt32LE();
  if (length <= longestKey && start.length >= 4 + length) return start.toString("utf8", 4, 4 + length);
  throw new AtcError("ATC_CORRUPT_DATA", `"${path}" is damaged; delete it`, { details: { path } });
}

async function entryOf(path: string): Promise<ByteStoreEntry | undefined> {
  const handle = await open(path).catch(absentOnly);
  // Another process has removed the value.
  if (handle === undefined) return undefined;
  try {
    const start = Buffer.alloc(4 + longestKey);
    const { bytesRead } = await handle.read(start, 0, start.length, 0);
    const key = keyOf(start.subarray(0, bytesRead), path);
    const { size, mtimeMs } = await handle.stat();
    return { key, size: size - headerOf(key).length, accessedAt: Math.round(mtimeMs) };
  } finally {
    await handle.close();
  }
}

/** Sets the time of the last access, which is the file's time of change. */
async function touchFile(path: string): Promise<void> {
  const now = new Date();
  await utimes(path, now, now);
}

async function removeLeftovers(directory: string): Promise<void> {
  for (const file of await readdir(directory)) {
    if (!file.endsWith(temporaryEnding)) continue;
    const path = join(directory, file);
    const status = await stat(path).catch(absentOnly);
    if (status !== undefined && Date.now() - status.mtimeMs > leftoverMs) await rm(path, { force: true });
  }
}

async function replaceFile(path: string, parts: readonly Uint8Array[]): Promise<void> {
  const temporary = `${path}.${randomUUID()}${temporaryEnding}`;
  try {
    await writeFile(temporary, parts);
    await touchFile(temporary);
    // Readers see the old value or the new one, never a part of one.
    await rename(temporary, path);
  } catch (error) {
    await rm(temporary, { force: true });
    throw error;
  }
}

/** Runs an operation on a path; its errors become AtcErrors. */
async function on<Result>(path: string, what: string, operation: () => Promise<Result>): Promise<Result> {
  try {
    return await operation();
  } catch (error) {
    throw fromSystemError(error, `cannot ${what} "${path}"`, "check the folder of the cache");
  }
}

/** A byte store with one file per key. It has no bound: it never evicts a value. */
export async function byteStore(options: StoreOptions): Promise<DirectoryStore> {
  if (typeof options.directory !== "string" || options.directory === "")
    throw new AtcError("ATC_INVALID_ARGUMENT", `${name}: the option directory is missing; give the path of a folder`);
  const directory = resolve(options.directory);
  await on(directory, "create", () => makeFolders(directory, { mkdir, stat, readlink, dirname }));
  await on(directory, "list", () => removeLeftovers(directory));
  let isClosed = false;

  /** The file of a key, after the checks that every method makes. */
  function pathOf(key: string, signal?: AbortSignal): string {
    assertOpen();
    assertStoreKey(key);
    throwIfAborted(signal);
    return join(directory, fileName(key));
  }
  function assertOpen(): void {
    if (isClosed) throw new AtcError("ATC_CLOSED", `${name}: the store is disposed; open it again`);
  }

  return {
    directory,
    async get(key, { signal, touch = true } = {}) {
      const path = pathOf(key, signal);
      return await on(path, "read", async () => {
        const file = await readFile(path).catch(absentOnly);
        if (file === undefined) return undefined;
        keyOf(file, path);
        if (touch) await touchFile(path).catch(absentOnly);
        // A plain array: callers would be surprised by the methods of a Buffer.
        return new Uint8Array(file.subarray(headerOf(key).length));
      });
    },
    async set(key, value, { signal } = {}) {
      const path = pathOf(key, signal);
      // A copy, because the caller may change the bytes while they are written.
      const parts = [headerOf(key), value.slice()];
      await on(path, "write", () => replaceFile(path, parts));
    },
    async delete(key) {
      const path = pathOf(key);
      return await on(path, "delete", async () => {
        try {
          await unlink(path);
          return true;
        } catch (error) {
          if (isAbsence(error)) return false;
          throw error;
        }
      });
    },
    async *list(prefix = "") {
      assertOpen();
      const files = await on(directory, "list", () => readdir(directory));
      for (const file of files.filter((one) => one.endsWith(ending))) {
        const path = join(directory, file);
        const entry = await on(path, "read", () => entryOf(path));
        assertOpen();
        if (entry?.key.startsWith(prefix)) yield entry;
      }
    },
    async [Symbol.asyncDispose]() {
      isClosed = true;
    },
  };
}

const plugin: Plugin<"byte-store", StoreOptions> = {
  kind: "byte-store",
  name,
  create: (options) => byteStore(options),
};

/** What a host imports. */
const plugins: readonly Plugin[] = [plugin];
export default plugins;
