import { mkdir, readFile, rename, rmdir, stat } from "node:fs/promises";
import { dirname, join } from "node:path";
import { setTimeout } from "node:timers/promises";
import { AtcError, type DatasetLock, fromSystemError } from "@atc/contract";
import { makeDurableFolders, moveFile } from "@atc/plugin-kit";
import {
  entriesOf,
  isSystemError,
  makeDirectories,
  removeQuietly,
  unlinkIfThere,
  writeDurably,
} from "../base/file-system.ts";
import { removeLeftovers, uniqueToken } from "../manifest/dataset-directory.ts";
import { keptGenerations } from "../manifest/kept-generations.ts";
import { isSegmentName } from "../manifest/segment-name.ts";
import { stateOf, thisOwner } from "./lock-owner.ts";

/** A held lock, with what the store needs beyond the contract. */
export interface HeldLock extends DatasetLock {
  readonly scratch: string;
  /** Unique to this lock. Part of the names of all temporary files of its writers. */
  readonly token: string;
  /** How many former generations stay after a publication. */
  readonly keep: number;
  /** A number that is unique within this lock. */
  nextSerial(): number;
  isReleased(): boolean;
  /** Whether the scratch directory stays after the release. */
  isScratchKept(): boolean;
  /** Registers an action to run before the lock is released. Writers abort in it. */
  onRelease(action: () => Promise<void>): void;
}

/**
 * The lock is a directory `LOCK` with one file, named after its holder's token. A process acquires it by renaming a
 * prepared directory to `LOCK`, which fails while `LOCK` is not empty. The file of a dead holder is removed by its
 * unique name. So several processes that try at once can remove the dead holder's lock only, never that of its
 * successor. The file is durable before the rename: after a power failure, a lock whose file lost its content would
 * name no holder, and nobody could take it.
 */
const lockName = "LOCK";
const attempts = 50;
/**
 * Milliseconds between attempts while another process cleans up: 50 attempts outlast the removal of thousands of files.
 */
const cleanupPause = 20;

/**
 * Locks of this thread that are given up, but whose files the system refused to remove. The process is alive, so the
 * files alone would block this dataset until it ends. For other processes they do.
 */
const givenUp = new Set<string>();

/** How a dataset is locked. */
export interface LockOptions {
  /** Why: to write it, or briefly to remove files that no manifest names. Default: `write`. */
  readonly purpose?: "write" | "cleanup";
  /** How many former generations stay. */
  readonly keep: number;
}

/**
 * Locks the dataset in `directory`, which is created if it does not exist, and removes the leftovers of dead writers.
 *
 * @throws ATC_LOCKED if another process holds the lock, ATC_NO_SPACE, ATC_READ_ONLY or ATC_IO if the disk fails.
 */
export async function lockDataset(
  name: string,
  directory: string,
  { purpose = "write", keep }: LockOptions,
): Promise<HeldLock> {
  const token = uniqueToken();
  try {
    // The publication makes the entry of the dataset's own directory durable.
    await makeDurableFolders(dirname(directory));
    await take(name, directory, token, purpose);
  } catch (error) {
    // A network disk may report the failure of a rename that it has done.
    await release(directory, token);
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
    await removeLeftovers(directory, token, keep);
  } catch (error) {
    await removeQuietly(scratch);
    await release(directory, token);
    throw fromSystemError(
      error,
      `cannot prepare dataset "${name}" in "${directory}"`,
      "check the disk and its permissions",
    );
  }
  return heldLock({ name, directory, token, scratch, abandoned, keep });
}

/** Throws ATC_LOCKED if a process holds the lock. Does not acquire it. */
export async function checkUnlocked(name: string, directory: string): Promise<void> {
  await clearDeadHolder(name, join(directory, lockName));
}

/**
 * Removes segments that the system refused to remove before (Windows, while they are open elsewhere), unless a writer
 * holds the lock. Takes the lock itself, since the segments of a writer get their names before their manifest. Never
 * fails: the next lock tries again.
 */
export async function retryCleanup(name: string, directory: string, referenced: ReadonlySet<string>): Promise<void> {
  try {
    const entries = await entriesOf(directory);
    const unnamed = entries.filter((entry) => isSegmentName(entry) && !referenced.has(entry));
    if (entries.includes(lockName) || unnamed.length === 0) return;
    const former = new Set((await keptGenerations(directory)).flatMap(({ segments = [] }) => segments));
    if (unnamed.every((entry) => former.has(entry))) return;
    // How many former generations stay is the writers' choice.
    const keep = Number.POSITIVE_INFINITY;
    await (await lockDataset(name, directory, { purpose: "cleanup", keep }))[Symbol.asyncDispose]();
  } catch {
    // A writer holds the lock, or this process may only read.
  }
}

/** Moves the newest non-empty scratch directory of a dead holder into `scratch`. Returns its new path. */
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
  await moveFile(newest.path, abandoned);
  return abandoned;
}

function heldLock({
  name,
  directory,
  token,
  scratch,
  abandoned,
  keep,
}: {
  readonly name: string;
  readonly directory: string;
  readonly token: string;
  readonly scratch: string;
  readonly abandoned: string | undefined;
  readonly keep: number;
}): HeldLock {
  const actions: (() => Promise<void>)[] = [];
  let released: Promise<void> | undefined;
  let serial = 0;
  let isKept = false;
  const runActionsAndRelease = async (): Promise<void> => {
    try {
      for (const action of actions) await action();
    } finally {
      if (!isKept) await removeQuietly(scratch);
      await release(directory, token);
    }
  };
  return {
    name,
    scratch,
    abandoned,
    token,
    keep,
    keepScratch: () => {
      isKept = true;
    },
    nextSerial: () => serial++,
    isScratchKept: () => isKept,
    isReleased: () => released !== undefined,
    onRelease: (action) => {
      actions.push(action);
    },
    [Symbol.asyncDispose]: () => {
      released ??= runActionsAndRelease();
      return released;
    },
  };
}

async function take(name: string, directory: string, token: string, purpose: LockOptions["purpose"]): Promise<void> {
  const prepared = join(directory, `.lock-${token}`);
  const lock = join(directory, lockName);
  const owner = purpose === "cleanup" ? { ...thisOwner(), purpose } : thisOwner();
  try {
    for (let attempt = 0; attempt < attempts; attempt++) {
      try {
        await makeDirectories(prepared);
        await writeDurably(join(prepared, token), JSON.stringify(owner), "w");
        await rename(prepared, lock);
        return;
      } catch (error) {
        // ENOENT: another process removed the empty dataset directory in the meantime.
        if (isSystemError(error, "ENOENT")) continue;
        if (!isSystemError(error, "ENOTEMPTY", "EEXIST", "EPERM", "EACCES", "EBUSY")) throw error;
        if (!(await clearDeadHolder(name, lock)) && !isSystemError(error, "ENOTEMPTY", "EEXIST")) throw error;
      }
    }
    throw locked(name, lock, `other processes held it in each of ${attempts} attempts; try again`);
  } finally {
    await removeQuietly(prepared);
  }
}

/**
 * Removes the file of a dead holder, or waits a moment for a holder that cleans up. Returns whether there was a lock
 * directory. Throws ATC_LOCKED if the holder may be alive.
 */
async function clearDeadHolder(name: string, lock: string): Promise<boolean> {
  for (const token of await entriesOf(lock)) {
    let text: string;
    try {
      text = await readFile(join(lock, token), "utf8");
    } catch (error) {
      if (isSystemError(error, "ENOENT")) continue;
      throw error;
    }
    const { state, owner } = givenUp.has(token) ? deadOwner : stateOf(text);
    if (state === "alive" && owner?.purpose === "cleanup") {
      await setTimeout(cleanupPause);
      return true;
    }
    if (state === "alive") throw locked(name, lock, `process ${owner?.pid} holds it; wait until it ends`);
    if (state === "unknown") {
      const holder = owner === undefined ? "an unknown process" : `process ${owner.pid} on "${owner.host}"`;
      throw locked(name, lock, `${holder} holds it; if that process has ended, remove the lock's directory`);
    }
    await unlinkIfThere(join(lock, token));
    givenUp.delete(token);
  }
  return await removeEmpty(lock);
}

const deadOwner = { state: "dead", owner: undefined } as const;

function locked(name: string, lock: string, why: string): AtcError {
  return new AtcError("ATC_LOCKED", `dataset "${name}" is locked by "${lock}": ${why}`, {
    details: { dataset: name, lock },
  });
}

/**
 * Removes a directory if it is empty. Returns false if there is none, or the system refuses for another reason than
 * its content.
 */
async function removeEmpty(directory: string): Promise<boolean> {
  try {
    await rmdir(directory);
    return true;
  } catch (error) {
    return isSystemError(error, "ENOTEMPTY", "EEXIST");
  }
}

/** Releases a lock. Also removes the dataset's directory if it is empty. */
async function release(directory: string, token: string): Promise<void> {
  const lock = join(directory, lockName);
  await unlinkIfThere(join(lock, token)).catch(() => givenUp.add(token));
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
