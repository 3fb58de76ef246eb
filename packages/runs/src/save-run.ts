import { createHash } from "node:crypto";
import { mkdir, open, rename, rm } from "node:fs/promises";
import { join } from "node:path";
import { fromSystemError } from "@atc/contract";
import { syncDescriptor, syncFolder } from "@atc/plugin-kit";
import { inputDigest } from "./input-digest.ts";
import { checkFileName, headFile, makeRunsFolder, runIdOf, symbolsFile } from "./run-folder.ts";
import { formatHead, type RunFile } from "./run-head.ts";
import type { RunDraft, RunSymbol, StoredRun } from "./stored-run.ts";
import { removeLeftovers, unfinishedPath } from "./unfinished.ts";

/** A run to store. */
export interface SaveRunOptions {
  /** The folder of all runs. It is created if it does not exist. */
  readonly directory: string;
  /** What is known of it. */
  readonly run: RunDraft;
  /** Its symbols, sorted by UTF-16 code unit. */
  readonly symbols: readonly RunSymbol[];
  /** More files by name, such as `trades.arrow`, in portions. Each portion is read before the next one is taken. */
  readonly files?: Readonly<Record<string, Iterable<Uint8Array>>>;
  /** Time of storage, in ms since the epoch. Default: now. */
  readonly createdAt?: number;
}

/** Other processes may store a run of the same inputs within the same second. */
const attempts = 1000;

/**
 * Stores a run as a new folder. The folder appears at once when it is complete; a crash, a power failure or an error
 * leaves no part of it. Once this returns, the run survives a power failure.
 *
 * @throws ATC_INVALID_ARGUMENT for the name of a file; ATC_NO_SPACE, ATC_READ_ONLY, ATC_IO
 */
export async function saveRun(options: SaveRunOptions): Promise<StoredRun> {
  const { directory, run: draft, symbols, files = {}, createdAt = Date.now() } = options;
  for (const name of Object.keys(files)) checkFileName(name);
  await makeRunsFolder(directory);
  const temporary = unfinishedPath(directory);
  try {
    await removeLeftovers(directory);
    await mkdir(temporary);
    const written: Record<string, RunFile> = {
      [symbolsFile]: await writeFileOf(join(temporary, symbolsFile), symbolLines(symbols)),
    };
    for (const [name, portions] of Object.entries(files))
      written[name] = await writeFileOf(join(temporary, name), portions);
    const digest = inputDigest(draft);
    for (let serial = 0; ; serial++) {
      const run: StoredRun = { id: runIdOf(createdAt, digest, serial), createdAt, inputDigest: digest, ...draft };
      const head = Buffer.from(formatHead({ run, files: written }));
      await writeFileOf(join(temporary, headFile), [head]);
      // A power failure must not leave the name of the folder without those of its files.
      await syncFolder(temporary);
      try {
        await rename(temporary, join(directory, run.id));
        await syncFolder(directory);
        return run;
      } catch (error) {
        if (serial >= attempts || !isTaken(error)) throw error;
      }
    }
  } catch (error) {
    throw fromSystemError(error, `cannot store a run in "${directory}"`, "check the folder and the space on the disk");
  } finally {
    await rm(temporary, { recursive: true, force: true }).catch(() => undefined);
  }
}

/** Whether there is a run of this name. */
function isTaken(error: unknown): boolean {
  return error instanceof Error && "code" in error && ["ENOTEMPTY", "EEXIST", "EPERM"].includes(String(error.code));
}

/** A list in JSON with a line per symbol. */
function* symbolLines(symbols: readonly RunSymbol[]): Generator<Uint8Array, void, void> {
  yield Buffer.from("[\n");
  for (const [i, symbol] of symbols.entries())
    yield Buffer.from(`${JSON.stringify(symbol)}${i === symbols.length - 1 ? "" : ","}\n`);
  yield Buffer.from("]\n");
}

/** Bytes per write. */
const portionBytes = 2 ** 18;

/** Writes a file, makes it durable and describes it. */
async function writeFileOf(path: string, portions: Iterable<Uint8Array>): Promise<RunFile> {
  const hash = createHash("sha256");
  let bytes = 0;
  let pending: Buffer[] = [];
  let pendingBytes = 0;
  const file = await open(path, "w");
  try {
    const flush = async (): Promise<void> => {
      await file.writeFile(Buffer.concat(pending));
      pending = [];
      pendingBytes = 0;
    };
    for (const portion of portions) {
      hash.update(portion);
      bytes += portion.length;
      pending.push(Buffer.from(portion));
      pendingBytes += portion.length;
      if (pendingBytes >= portionBytes) await flush();
    }
    await flush();
    await syncDescriptor(file.fd);
  } finally {
    await file.close();
  }
  return { bytes, sha256: hash.digest("hex") };
}
