import { createHash, randomBytes } from "node:crypto";
import { open, readFile, rename, rm, rmdir, stat, unlink, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { AtcError, absentOnly, assertStoreKey, fromSystemError, type Lease, type Leases } from "@atc/contract";
import { newOwner, timeIn } from "@atc/plugin-kit";
import { listFolder, makeFolder } from "./folder.ts";
import { internalFolder, isAbsent, systemCode, writeError } from "./store-path.ts";

/** A folder that names the holder of a lease. */
interface LeasePlace {
  readonly directory: string;
  readonly key: string;
  readonly path: string;
}

/**
 * Leases as folders with one file, which has the name of its holder. A process acquires one by renaming a prepared
 * folder, which fails while the folder is not empty. Each renewal renames the file, so the file of an expired lease is
 * removed under a name that neither its renewal nor the lease of a successor has: a lease has at most one holder.
 *
 * Deadlines count from the time of the file by the clock of its file system. The clocks of processes do not matter, and
 * a lease whose file is from the future ends too, so that a clock that was wrong does not block its key.
 */
export function fileLeases(directory: string): Leases {
  const folder = join(directory, internalFolder);

  async function acquire(key: string, options: { readonly ttlMs: number }): Promise<Lease | undefined> {
    assertStoreKey(key);
    const { ttlMs } = options;
    if (!Number.isSafeInteger(ttlMs) || ttlMs < 1)
      throw new AtcError(
        "ATC_INVALID_ARGUMENT",
        `ttlMs of the lease "${key}" is "${ttlMs}"; give a whole number of ms, 1 or more`,
      );
    const path = join(folder, `${createHash("sha256").update(key).digest("hex").slice(0, 40)}.lease`);
    const holder = randomBytes(12).toString("hex");
    try {
      const isAcquired =
        (await create(path, holder, ttlMs)) ||
        ((await removeExpired(path, folder)) && (await create(path, holder, ttlMs)));
      return isAcquired ? lease({ directory, key, path }, holder, ttlMs) : undefined;
    } catch (error) {
      throw writeError(error, directory, key);
    }
  }

  return { acquire };
}

const fileOf = (holder: string, renewals: number): string => `${holder}-${renewals}`;

/** Creates a lease. Returns whether the path was free. */
async function create(path: string, holder: string, ttlMs: number): Promise<boolean> {
  // With the identity of this process, so that others do not take the folder for a leftover of a dead writer.
  const prepared = join(path, "..", `${newOwner()}-lease.tmp`);
  try {
    await makeFolder(prepared);
    await writeFile(join(prepared, fileOf(holder, 0)), String(ttlMs));
    return await isMoved(prepared, path);
  } catch (error) {
    // A network disk may report the failure of a rename that it has done.
    await removeQuietly(path, fileOf(holder, 0));
    throw error;
  } finally {
    await rm(prepared, { recursive: true, force: true }).catch(() => undefined);
  }
}

/** Moves a folder to a path, unless there is another one. */
async function isMoved(prepared: string, path: string): Promise<boolean> {
  try {
    await rename(prepared, path);
    return true;
  } catch (error) {
    const code = systemCode(error);
    if (["ENOTEMPTY", "EEXIST"].includes(code)) return false;
    // This package makes no file there.
    if (code === "ENOTDIR") {
      await unlink(path);
      return await isMoved(prepared, path);
    }
    // Windows refuses to replace a folder, whatever is in it.
    if (["EPERM", "EACCES", "EBUSY"].includes(code) && (await stat(path).catch(absentOnly)) !== undefined) return false;
    throw error;
  }
}

/** Removes an expired lease. Returns whether the path may be free now. */
async function removeExpired(path: string, folder: string): Promise<boolean> {
  for (const name of await listFolder(path)) {
    const file = join(path, name);
    try {
      const { mtimeMs } = await stat(file);
      // A file without a number is not from this package. It counts as an expired lease.
      const ttlMs = Number(await readFile(file, "utf8")) || 0;
      if (Math.abs((await timeIn(folder, newOwner())) - mtimeMs) < ttlMs) return false;
      await unlink(file);
    } catch (error) {
      // Its holder has renewed or released it, or another process has removed it.
      if (!isAbsent(error)) throw error;
    }
  }
  await rmdir(path).catch(() => undefined);
  return true;
}

async function removeQuietly(path: string, name: string): Promise<void> {
  await unlink(join(path, name)).catch(() => undefined);
  await rmdir(path).catch(() => undefined);
}

function lease({ directory, key, path }: LeasePlace, holder: string, ttlMs: number): Lease {
  let renewals = 0;
  let isReleased = false;
  let last: Promise<unknown> = Promise.resolve();
  /** One step after the other: each one needs the name that the former left. */
  const next = async <T>(what: string, step: () => Promise<T>): Promise<T> => {
    const own = last.then(step);
    last = own.catch(() => undefined);
    try {
      return await own;
    } catch (error) {
      const remedy = "check the disk and the permissions; the lease ends at its deadline";
      throw fromSystemError(error, `cannot ${what} the lease of "${key}" in "${directory}"`, remedy);
    }
  };

  async function renew(): Promise<boolean> {
    if (isReleased) return false;
    const file = join(path, fileOf(holder, renewals));
    const handle = await open(file, "r+").catch(absentOnly);
    if (handle === undefined) return false;
    try {
      // The same bytes, for the time of the file.
      await handle.writeFile(String(ttlMs));
    } finally {
      await handle.close();
    }
    try {
      await rename(file, join(path, fileOf(holder, renewals + 1)));
    } catch (error) {
      if (isAbsent(error)) return false;
      throw error;
    }
    renewals++;
    return true;
  }

  async function release(): Promise<void> {
    isReleased = true;
    await rm(join(path, fileOf(holder, renewals)), { force: true });
    // Not empty if another process has acquired it meanwhile.
    await rmdir(path).catch(() => undefined);
  }

  return {
    key,
    renew: () => next("renew", renew),
    [Symbol.asyncDispose]: () => next("release", release),
  };
}
