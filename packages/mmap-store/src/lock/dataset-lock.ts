import { mkdir, readFile, rename, rmdir, stat, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { setTimeout } from "node:timers/promises";
import { AtcError, type DatasetLock, fromSystemError } from "@atc/contract";
import { entriesOf, isSystemError, makeDirectories, removeQuietly, unlinkIfThere } from "../base/file-system.ts";
import { removeLeftovers, uniqueToken } from "../manifest/dataset-directory.ts";
import { isSegmentName } from "../manifest/segment-name.ts";
import { stateOf, thisOwner } from "./lock-owner.ts";

/** A held lock, as the store sees it. */
export interface HeldLock extends DatasetLock {
  /** Unique to this lock; in the names of all that its writer makes. */
  readonly token: string;
  /** A number that this lock gives once. */
  nextSerial(): number;
  /** Whether it was given back. */
  isReleased(): boolean;
  /** Runs before the lock is given back: writers abort here. */
  onRelease(action: () => Promise<void>): void;
}

/**
 * The lock is a directory `LOCK` that holds one file, named after its holder's token. Taking it is the rename of a prepared directory onto
 * `LOCK`, which fails while `LOCK` is not empty. A dead holder's file is removed by its unique name, so that of all who try only the dead one's
 * lock can be removed, never that of somebody who took it over in the meantime.
 */
const lockName = "LOCK";
const attempts = 50;
/** Milliseconds between attempts while a reader cleans up: 50 attempts outlast the removal of thousands of files. */
const cleanupPause = 20;

/** Why a dataset is locked: to write it, or for a moment to remove files that no manifest names. */
export type LockPurpose = "write" | "cleanup";

/**
 * Locks the dataset in `directory`, which is created where it does not exist, and removes what dead writers left.
 *
 * @throws ATC_LOCKED where somebody holds it, ATC_NO_SPACE, ATC_READ_ONLY or ATC_IO where the disk refuses.
 */
export async function lockDataset(name: string, directory: string, purpose: LockPurpose = "write"): Promise<HeldLock> {
  const token = uniqueToken();
  try {
    await take(name, directory, token, purpose);
  } catch (error) {
    await rmdirQuietly(directory);
    throw fromSystemError(
      error,
      `cannot lock dataset "${name}" in "${directory}"`,
      "check the disk and its permissions",
    );
  }
  const scratch = join(directory, `.scratch-${token}`);
  let abandoned: string | undefined;
  try {
    await mkdir(scratch);
    abandoned = await adoptScratch(directory, scratch);
    await removeLeftovers(directory, token);
  } catch (error) {
    await removeQuietly(scratch);
    await release(directory, token);
    throw fromSystemError(
      error,
      `cannot prepare dataset "${name}" in "${directory}"`,
      "check the disk and its permissions",
    );
  }
  return heldLock(name, directory, token, scratch, abandoned);
}

/** Throws ATC_LOCKED where somebody holds the lock; takes none. */
export async function checkUnlocked(name: string, directory: string): Promise<void> {
  await clearDeadHolder(name, join(directory, lockName));
}

/**
 * Removes what the system refused to remove before (Windows, while it is open elsewhere), where there is any and nobody writes. Needs the lock, since
 * a writer's segments have their names ahead of their manifest. Never fails: the next lock tries again.
 */
export async function retryCleanup(name: string, directory: string, referenced: ReadonlySet<string>): Promise<void> {
  try {
    const entries = await entriesOf(directory);
    if (entries.includes(lockName) || !entries.some((entry) => isSegmentName(entry) && !referenced.has(entry))) return;
    await (await lockDataset(name, directory, "cleanup"))[Symbol.asyncDispose]();
  } catch {
    // Somebody writes, or this process may only read.
  }
}

/** Moves the newest scratch directory of a dead holder that is not empty into `scratch`, and returns where it is now. */
async function adoptScratch(directory: string, scratch: string): Promise<string | undefined> {
  const found: { readonly path: string; readonly mtimeMs: number }[] = [];
  for (const entry of await entriesOf(directory)) {
    const path = join(directory, entry);
    if (!entry.startsWith(".scratch-") || path === scratch || (await entriesOf(path)).length === 0) continue;
    found.push({ path, mtimeMs: (await stat(path)).mtimeMs });
  }
  const [newest] = found.sort((a, b) => b.mtimeMs - a.mtimeMs);
  if (newest === undefined) return undefined;
  const abandoned = join(scratch, "abandoned");
  await rename(newest.path, abandoned);
  return abandoned;
}

function heldLock(
  name: string,
  directory: string,
  token: string,
  scratch: string,
  abandoned: string | undefined,
): HeldLock {
  const actions: (() => Promise<void>)[] = [];
  let released: Promise<void> | undefined;
  let serial = 0;
  const giveBack = async (): Promise<void> => {
    try {
      for (const action of actions) await action();
    } finally {
      await removeQuietly(scratch);
      await release(directory, token);
    }
  };
  return {
    name,
    scratch,
    abandoned,
    token,
    nextSerial: () => serial++,
    isReleased: () => released !== undefined,
    onRelease: (action) => {
      actions.push(action);
    },
    [Symbol.asyncDispose]: () => {
      released ??= giveBack();
      return released;
    },
  };
}

async function take(name: string, directory: string, token: string, purpose: LockPurpose): Promise<void> {
  const prepared = join(directory, `.lock-${token}`);
  const lock = join(directory, lockName);
  const owner = purpose === "cleanup" ? { ...thisOwner(), purpose } : thisOwner();
  try {
    for (let attempt = 0; attempt < attempts; attempt++) {
      try {
        await makeDirectories(prepared);
        await writeFile(join(prepared, token), JSON.stringify(owner));
        await rename(prepared, lock);
        return;
      } catch (error) {
        // ENOENT: another process removed the empty dataset directory in the meantime.
        if (isSystemError(error, "ENOENT")) continue;
        if (!isSystemError(error, "ENOTEMPTY", "EEXIST", "EPERM", "EACCES", "EBUSY")) throw error;
        if (!(await clearDeadHolder(name, lock)) && !isSystemError(error, "ENOTEMPTY", "EEXIST")) throw error;
      }
    }
    throw locked(name, lock, "others take and give it back too fast");
  } finally {
    await removeQuietly(prepared);
  }
}

/** Removes a dead holder's entry, waits while somebody cleans up, and tells whether there was a lock directory at all; throws ATC_LOCKED where its holder may live. */
async function clearDeadHolder(name: string, lock: string): Promise<boolean> {
  for (const token of await entriesOf(lock)) {
    let text: string;
    try {
      text = await readFile(join(lock, token), "utf8");
    } catch (error) {
      if (isSystemError(error, "ENOENT")) continue;
      throw error;
    }
    const { state, owner } = stateOf(text);
    if (state === "alive" && owner?.purpose === "cleanup") {
      await setTimeout(cleanupPause);
      return true;
    }
    if (state === "alive") throw locked(name, lock, `process ${owner?.pid} holds it; wait for it to end`);
    if (state === "unknown") {
      const who = owner === undefined ? "an unknown process" : `process ${owner.pid} on "${owner.host}"`;
      throw locked(name, lock, `${who} holds it; if that has ended, remove the lock's directory`);
    }
    await unlinkIfThere(join(lock, token));
  }
  return await removeEmpty(lock);
}

function locked(name: string, lock: string, why: string): AtcError {
  return new AtcError("ATC_LOCKED", `dataset "${name}" is locked by "${lock}": ${why}`, {
    details: { dataset: name, lock },
  });
}

/** Removes an empty directory; false where it was there and could not be removed for a reason other than content. */
async function removeEmpty(directory: string): Promise<boolean> {
  try {
    await rmdir(directory);
    return true;
  } catch (error) {
    return isSystemError(error, "ENOTEMPTY", "EEXIST");
  }
}

/** Gives a lock back; a dataset directory that holds nothing else goes too. */
async function release(directory: string, token: string): Promise<void> {
  const lock = join(directory, lockName);
  await removeQuietly(join(lock, token));
  await rmdirQuietly(lock);
  await rmdirQuietly(directory);
}

async function rmdirQuietly(directory: string): Promise<void> {
  try {
    await rmdir(directory);
  } catch {
    // Not empty, or already gone.
  }
}
