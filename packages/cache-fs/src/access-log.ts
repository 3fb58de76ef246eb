import { type FileHandle, open, rename, stat, unlink } from "node:fs/promises";
import { basename, join } from "node:path";
import { type AccessRecord, formatRecord, parseRecords } from "./access-record.ts";
import { listFolder, makeFolder } from "./folder.ts";
import { closedOwner, isAbandoned } from "./process-identity.ts";
import { internalFolder, isAbsent } from "./store-path.ts";

/** The access logs of a directory: one that this store appends to, and those of other stores, which it follows. */
export interface AccessLog {
  /** Appends to the own log. Starts it anew, with what `snapshot` tells, where it is missing or far longer than that. */
  append(records: readonly AccessRecord[], snapshot: () => AccessRecord[]): Promise<void>;
  /** What other stores appended since the last call, in order of time. */
  follow(): Promise<AccessRecord[]>;
  /** Closes the own log; its file stays, since it tells the next store what is here. */
  close(): Promise<void>;
}

/** Lines that a log may have beyond twice the entries before it is written anew. */
const slackLines = 20_000;

/** The access logs under `directory`; `owner` names the own one. Nothing is written before the first append. */
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
    // The new log holds all that the old ones told, so they may go; a crash before this line leaves the same facts twice.
    for (const name of dead) await unlink(join(folder, name)).catch(() => undefined);
    if (previous === undefined) return;
    await previous.handle.close();
    await unlink(previous.path).catch(() => undefined);
  }

  async function append(records: readonly AccessRecord[], snapshot: () => AccessRecord[]): Promise<void> {
    const lost = own !== undefined && (await own.handle.stat()).nlink === 0;
    if (own === undefined || lost) await start(snapshot());
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
    await handle.close();
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
  /** Logs read to their end whose owners have ended. */
  readonly abandoned: () => Promise<string[]>;
}

function followedLogs(folder: string, owner: string): FollowedLogs {
  let progress = new Map<string, { readonly name: string; readonly lineEnd: number; readonly fileEnd: number }>();

  async function follow(): Promise<AccessRecord[]> {
    const records: AccessRecord[] = [];
    const seen: typeof progress = new Map();
    for (const name of await listFolder(folder)) {
      if (!name.endsWith(".log") || name.startsWith(owner)) continue;
      // A log keeps its bytes when its store is disposed and its name changes.
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
    const { bytesRead } = await handle.read(buffer, 0, buffer.length, offset);
    return buffer.subarray(0, bytesRead);
  } catch (error) {
    if (isAbsent(error)) return Buffer.alloc(0);
    throw error;
  } finally {
    await handle?.close();
  }
}
