import { createHash, randomBytes } from "node:crypto";
import { link, open, readFile, rename, rm } from "node:fs/promises";
import { dirname, join } from "node:path";
import { AtcError, absentOnly, assertStoreKey, fromSystemError, type Lease, type Leases } from "@atc/contract";
import { newOwner } from "@atc/plugin-kit";
import { writeTemporary } from "./atomic-file.ts";
import { internalFolder, isAbsent, systemCode, writeError } from "./store-path.ts";

interface Holding {
  readonly holder: string;
  readonly expiresAt: number;
}

/**
 * Leases as files that only one process can create. An expired lease is renamed away. If that hits the new lease of
 * another process by accident, the file is put back. If a third process was faster, that lease is lost, and `renew`
 * reports it to its holder.
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
        (await create(path, holder, ttlMs)) || ((await removeExpired(path)) && (await create(path, holder, ttlMs)));
      return isAcquired ? lease({ directory, key, path, holder, ttlMs }) : undefined;
    } catch (error) {
      throw writeError(error, directory, key);
    }
  }

  return { acquire };
}

/**
 * A name with the identity of this process, so that other processes do not take the file for a leftover of a dead
 * writer.
 */
function temporaryBeside(path: string): string {
  return join(dirname(path), `${newOwner()}-lease.tmp`);
}

/**
 * Creates a lease file by linking a complete one, so that no process reads an empty file. Returns whether the path was
 * free.
 */
async function create(path: string, holder: string, ttlMs: number): Promise<boolean> {
  const temporary = temporaryBeside(path);
  await writeTemporary(temporary, Buffer.from(JSON.stringify({ holder, expiresAt: Date.now() + ttlMs })), false);
  try {
    await link(temporary, path);
    return true;
  } catch (error) {
    if (systemCode(error) === "EEXIST") return false;
    throw error;
  } finally {
    await rm(temporary, { force: true });
  }
}

/** Removes an expired lease. Returns whether the path is free now. */
async function removeExpired(path: string): Promise<boolean> {
  const seen = await read(path);
  if (seen === undefined) return true;
  if (seen.expiresAt > Date.now()) return false;
  const aside = temporaryBeside(path);
  try {
    await rename(path, aside);
  } catch (error) {
    if (isAbsent(error)) return true;
    throw error;
  }
  const taken = await read(aside);
  const mistaken = taken !== undefined && taken.holder !== seen.holder;
  if (mistaken) await link(aside, path).catch(() => undefined);
  await rm(aside, { force: true });
  return !mistaken;
}

async function read(path: string): Promise<Holding | undefined> {
  let text: string;
  try {
    text = await readFile(path, "utf8");
  } catch (error) {
    if (isAbsent(error)) return undefined;
    throw error;
  }
  try {
    const { holder, expiresAt } = JSON.parse(text);
    if (typeof holder === "string" && typeof expiresAt === "number") return { holder, expiresAt };
  } catch {
    // This package does not write such a file. It counts as an expired lease.
  }
  return { holder: "", expiresAt: 0 };
}

interface LeasePlace {
  readonly directory: string;
  readonly key: string;
  readonly path: string;
  readonly holder: string;
  readonly ttlMs: number;
}

function lease({ directory, key, path, holder, ttlMs }: LeasePlace): Lease {
  let isReleased = false;
  const isHeld = async (): Promise<boolean> => !isReleased && (await read(path))?.holder === holder;
  const failing = async <T>(what: string, step: () => Promise<T>): Promise<T> => {
    try {
      return await step();
    } catch (error) {
      const remedy = "check the disk and the permissions; the lease ends at its deadline";
      throw fromSystemError(error, `cannot ${what} the lease of "${key}" in "${directory}"`, remedy);
    }
  };
  return {
    key,
    renew: () =>
      failing("renew", async () => {
        if (!(await isHeld())) return false;
        const handle = await open(path, "r+").catch(absentOnly);
        if (handle === undefined) return false;
        // The record keeps its length (the time has 13 digits until the year 2286), so one write replaces it.
        const record = Buffer.from(JSON.stringify({ holder, expiresAt: Date.now() + ttlMs }));
        try {
          for (let done = 0; done < record.length; )
            done += (await handle.write(record, done, record.length - done, done)).bytesWritten;
        } finally {
          await handle.close();
        }
        return isHeld();
      }),
    [Symbol.asyncDispose]: () =>
      failing("release", async () => {
        if (await isHeld()) await rm(path, { force: true });
        isReleased = true;
      }),
  };
}
