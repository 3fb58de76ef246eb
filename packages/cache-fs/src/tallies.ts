import { randomBytes } from "node:crypto";
import { readFile, rename, stat, unlink } from "node:fs/promises";
import { join } from "node:path";
import { fromSystemError, type Tallies, type TallySums } from "@atc/contract";
import { closedOwner, isAbandoned } from "./abandoned-file.ts";
import { publishFile, writeTemporary } from "./atomic-file.ts";
import { listFolder } from "./folder.ts";
import { internalFolder, isAbsent } from "./store-path.ts";

/** The tallies of a directory. */
export interface FileTallies extends Tallies {
  /** Writes what was added, and adds up the files of processes that have ended. */
  close(): Promise<void>;
}

/** The content of a file of tallies. */
interface TallyFile {
  readonly amounts: Readonly<Record<string, number>>;
  readonly since: number | undefined;
  /** Names of files whose sums are part of these, and which therefore do not count. */
  readonly merged: readonly string[];
}

const ending = ".tally";

/** What is added is written at most this often, apart from the end. */
const intervalMs = 5000;

/** So many files of ended processes are added up. */
const mostFiles = 16;

/**
 * Sums in one file per process, which only that process writes, each time as a whole. So writers need no lock, and a
 * killed one loses its last seconds at most. A process that ends takes over the files of ended ones: it renames each to
 * a name of its own, which only one process can do, and then writes the sum with those names before it removes the
 * files. A crash at any point counts nothing twice. Earlier versions ignore these files.
 */
export function fileTallies(directory: string, owner: string): FileTallies {
  const folder = join(directory, internalFolder);
  const name = `${owner}${ending}`;
  const amounts = new Map<string, number>();
  let since: number | undefined;
  let merged: readonly string[] = [];
  let isChanged = false;
  let writtenAt = 0;
  let last: Promise<void> = Promise.resolve();

  /** Runs one operation at a time. Tallies are for people, so a failure is ignored, such as a read-only folder. */
  function inTurn(operation: () => Promise<void>): Promise<void> {
    last = last.then(operation).catch(() => undefined);
    return last;
  }

  function own(): TallyFile {
    return { amounts: Object.fromEntries(amounts), since, merged };
  }

  function count(sums: TallySums): void {
    for (const [one, amount] of Object.entries(sums.amounts)) amounts.set(one, (amounts.get(one) ?? 0) + amount);
    if (sums.since !== undefined) since = Math.min(since ?? sums.since, sums.since);
  }

  /** Writes the own file, unless the store has written nothing yet: a lookup does not make a folder. */
  async function write(): Promise<void> {
    await stat(folder);
    isChanged = false;
    writtenAt = Date.now();
    const temporary = join(folder, `${owner}-${randomBytes(6).toString("hex")}.tmp`);
    const text = JSON.stringify({ format: 1, ...own() });
    await writeTemporary(temporary, new TextEncoder().encode(text), false);
    await publishFile(temporary, join(folder, name), false);
  }

  async function mergeEnded(): Promise<void> {
    const files = await tallyFiles(folder, name);
    if (files.size < mostFiles) return;
    const superseded = new Set([...files.values()].flatMap((one) => one?.merged ?? []));
    const taken = new Map<string, TallyFile>();
    const ended: [string, TallyFile][] = [];
    for (const [file, content] of files) {
      if (content === undefined || !(await isAbandoned(folder, file))) continue;
      // Another file has its sums already: that process ended before it removed this one.
      if (superseded.has(file)) await unlink(join(folder, file));
      else ended.push([file, content]);
    }
    if (ended.length < mostFiles) return;
    for (const [file, content] of ended) {
      const mine = `${owner}-${randomBytes(6).toString("hex")}${ending}`;
      await rename(join(folder, file), join(folder, mine)).then(
        () => taken.set(mine, content),
        () => undefined,
      );
    }
    for (const content of taken.values()) count(content);
    merged = [...taken.keys()];
    await write();
    for (const file of merged) await unlink(join(folder, file));
  }

  return {
    add(added) {
      count({ amounts: added, since: Date.now() });
      isChanged = true;
      if (Date.now() - writtenAt < intervalMs) return;
      writtenAt = Date.now();
      inTurn(write).catch(() => undefined);
    },
    async read() {
      await last;
      for (let attempt = 0; ; attempt++) {
        const files = await tallyFiles(folder, name).catch((error: unknown) => {
          throw fromSystemError(error, `cannot read the tallies in "${folder}"`, "check the disk and the permissions");
        });
        // Another process has renamed a file meanwhile, to take it over.
        const isWhole = ![...files.values()].includes(undefined);
        if (isWhole || attempt === 3) return sumsOf([[name, own()], ...files]);
      }
    },
    async reset() {
      await inTurn(async () => {
        amounts.clear();
        since = undefined;
        merged = [];
        isChanged = false;
        for (const file of (await tallyFiles(folder, "")).keys())
          await unlink(join(folder, file)).catch(() => undefined);
      });
    },
    async close() {
      await inTurn(async () => {
        if (since === undefined) return;
        if (isChanged) await write();
        await mergeEnded();
        // The name shows that the file will not change, although the process may run on.
        await rename(join(folder, name), join(folder, `${closedOwner}${name}`));
      });
    },
  };
}

/** The sums of files by name. A file whose sums are part of another one does not count. */
function sumsOf(files: readonly [string, TallyFile | undefined][]): TallySums {
  const skipped = new Set(files.flatMap(([, content]) => content?.merged ?? []));
  const amounts = new Map<string, number>();
  let since: number | undefined;
  for (const [file, content] of files) {
    if (content === undefined || skipped.has(file)) continue;
    for (const [name, amount] of Object.entries(content.amounts)) amounts.set(name, (amounts.get(name) ?? 0) + amount);
    if (content.since !== undefined) since = Math.min(since ?? content.since, content.since);
  }
  return { amounts: Object.fromEntries(amounts), since };
}

/**
 * The files of tallies in a folder except `own`, with their contents: undefined if a file has disappeared. Files that
 * are not of this version are left out.
 */
async function tallyFiles(folder: string, own: string): Promise<Map<string, TallyFile | undefined>> {
  const files = new Map<string, TallyFile | undefined>();
  for (const file of await listFolder(folder)) {
    if (!file.endsWith(ending) || file === own) continue;
    const content = await readTallies(join(folder, file));
    if (content !== "foreign") files.set(file, content);
  }
  return files;
}

async function readTallies(path: string): Promise<TallyFile | "foreign" | undefined> {
  try {
    const content: unknown = JSON.parse(await readFile(path, "utf8"));
    return isTallyFile(content) ? content : "foreign";
  } catch (error) {
    return isAbsent(error) ? undefined : "foreign";
  }
}

function isTallyFile(value: unknown): value is TallyFile {
  if (typeof value !== "object" || value === null) return false;
  const { format, amounts, since, merged } = value as Readonly<Record<string, unknown>>;
  return (
    format === 1 &&
    typeof amounts === "object" &&
    amounts !== null &&
    Object.values(amounts).every((amount) => typeof amount === "number" && Number.isFinite(amount)) &&
    (since === undefined || typeof since === "number") &&
    Array.isArray(merged) &&
    merged.every((one) => typeof one === "string")
  );
}
