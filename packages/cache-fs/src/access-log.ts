import { type FileHandle, open, rename, stat, unlink } from "node:fs/promises";
import { basename, join } from "node:path";
import { closedOwner, isAbandoned } from "./abandoned-file.ts";
import { type AccessRecord, formatRecord, parseRecords } from "./access-record.ts";
import { listFolder, makeFolder } from "./folder.ts";
import { internalFolder, isAbsent } from "./store-path.ts";

/** The access logs of a directory: the own log of this store, and those of other stores, which it follows. */
export interface AccessLog {
  /** Appends to the own log. Starts a new one from `snapshot` if it is missing, or far longer than the snapshot. */
  append(records: readonly AccessRecord[], snapshot: () => AccessRecord[]): Promise<void>;
  /** The records that other stores appended since the last call, in order of time. */
  follow(): Promise<AccessRecord[]>;
  /** Closes the own log. Its file stays, so that the next store knows the entries. */
  close(): Promise<void>;
}

/** A log is rewritten if it has this many lines more than twice the number of entries. */
const slackLines = 20_000;

/** The access logs under `directory`. `owner` names the own log. Writes nothing before the first append. */
export function accessLog(directory: string, owner: string): AccessLog {
  const folder = join(directory, internalFolder);
  const others = followedLogs(folder, owner);
  let own: { handle: FileHandle; path: string; lines: number; torn: boolean } | undefined;
  let started = 0;

  async function start(snapshot: AccessRecord[]): Promise<void> {
    const previous = own;
    const dead = await others.abandoned();
    const path = join(folder, `${owner}-${started++}.log`);
    const handle = await createLog(folder, path, snapshot);
    own = { handle, path, lines: snapshot.length, torn: false };
    // The new log has all records of the old ones, so these can be removed. A crash before this line leaves duplicates.
    for (const name of dead) await unlink(join(folder, name)).catch(() => undefined);
    if (previous === undefined) return;
    await previous.handle.close().catch(() => undefined);
    await unlink(previous.path).catch(() => undefined);
  }

  async function append(records: readonly AccessRecord[], snapshot: () => AccessRecord[]): Promise<void> {
    const isDeleted = own !== undefined && (await own.handle.stat()).nlink === 0;
    if (own === undefined || isDeleted) await start(snapshot());
    else if (own.lines > slackLines) {
      const entries = snapshot();
      if (own.lines > slackLines + 2 * entries.length) await start(entries);
    }
    if (own === undefined || records.length === 0) return;
    const text = (own.torn ? "\n" : "") + records.map(formatRecord).join("");
    own.torn = true;
    await own.handle.appendFile(text);
    own.torn = false;
    own.lines += records.length;
  }

  async function close(): Promise<void> {
    if (own === undefined) return;
    const { handle, path } = own;
    own = undefined;
    // Its records are written; a disk that fails now costs the access times of the last writes at most.
    await handle.close().catch(() => undefined);
    await rename(path, join(folder, `${closedOwner}${basename(path)}`)).catch(() => undefined);
  }

  return { append, follow: others.follow, close };
}

async function createLog(folder: string, path: string, records: readonly AccessRecord[]): Promise<FileHandle> {
  await makeFolder(folder);
  const handle = await open(path, "ax");
  try {
    await handle.appendFile(records.map(formatRecord).join(""));
    return handle;
  } catch (error) {
    await handle.close();
    await unlink(path).catch(() => undefined);
    throw error;
  }
}

interface FollowedLogs {
  readonly follow: () => Promise<AccessRecord[]>;
  /** The names of logs whose owners have ended and that were read to their end. */
  readonly abandoned: () => Promise<string[]>;
}

function followedLogs(folder: string, owner: string): FollowedLogs {
  let progress = new Map<string, { readonly name: string; readonly lineEnd: number; readonly fileEnd: number }>();

  async function follow(): Promise<AccessRecord[]> {
    const records: AccessRecord[] = [];
    const seen: typeof progress = new Map();
    for (const name of await listFolder(folder)) {
      if (!name.endsWith(".log") || name.startsWith(owner)) continue;
      // A log is renamed when its store is disposed; its bytes stay the same.
      const log = name.startsWith(closedOwner) ? name.slice(closedOwner.length) : name;
      const from = progress.get(log)?.lineEnd ?? 0;
      const tail = await readFrom(join(folder, name), from);
      const whole = tail.subarray(0, tail.lastIndexOf(10) + 1);
      seen.set(log, { name, lineEnd: from + whole.length, fileEnd: from + tail.length });
      for (const record of parseRecords(whole.toString("latin1"))) records.push(record);
    }
    progress = seen;
    return records.sort((a, b) => a.time - b.time);
  }

  async function abandoned(): Promise<string[]> {
    const names: string[] = [];
    for (const { name, fileEnd } of progress.values())
      if ((await isAbandoned(folder, name)) && (await sizeOf(join(folder, name))) === fileEnd) names.push(name);
    return names;
  }

  return { follow, abandoned };
}

async function sizeOf(path: string): Promise<number | undefined> {
  return stat(path).then(
    ({ size }) => size,
    () => undefined,
  );
}

async function readFrom(path: string, offset: number): Promise<Buffer> {
  let handle: FileHandle | undefined;
  try {
    handle = await open(path, "r");
    const { size } = await handle.stat();
    if (size <= offset) return Buffer.alloc(0);
    const buffer = Buffer.allocUnsafe(size - offset);
    let done = 0;
    while (done < buffer.length) {
      const { bytesRead } = await handle.read(buffer, done, buffer.length - done, offset + done);
      if (bytesRead === 0) break;
      done += bytesRead;
    }
    return buffer.subarray(0, done);
  } catch (error) {
    if (isAbsent(error)) return Buffer.alloc(0);
    throw error;
  } finally {
    await handle?.close();
  }
}
