import { mkdirSync, writeFileSync } from "node:fs";
import { readdir, readFile, rm, stat } from "node:fs/promises";
import { dirname, join } from "node:path";
import { AtcError, absentOnly, fromSystemError } from "@atc/contract";
import { hostId } from "@atc/plugin-kit";

/** The command of a run on other machines, as its submitter keeps it: users of the queue could change one in there. */
export interface JobRecord {
  /** The working directory. */
  readonly cwd: string;
  /** The words after `atc`, without the address of the server. */
  readonly args: readonly string[];
  /** The host of the submitter, as `hostId` names it. */
  readonly host: string;
  readonly pid: number;
}

function folderOf(cacheDir: string): string {
  return join(dirname(cacheDir), "jobs");
}

function fileOf(cacheDir: string, id: string): string {
  // Ids come from the queue.
  if (/^[a-z0-9]{1,64}$/.test(id)) return join(folderOf(cacheDir), `${id}.json`);
  throw new AtcError("ATC_INVALID_DATA", `"${id}" is not the id of a run`, { details: { run: id } });
}

/** Keeps the command of this process for `atc jobs resume`. */
export function writeJobRecord(
  cacheDir: string,
  { id, cwd, args }: Pick<JobRecord, "cwd" | "args"> & { readonly id: string },
): void {
  const record: JobRecord = { cwd, args, host: hostId(), pid: process.pid };
  const file = fileOf(cacheDir, id);
  try {
    mkdirSync(folderOf(cacheDir), { recursive: true });
    writeFileSync(file, `${JSON.stringify(record)}\n`, { mode: 0o600 });
  } catch (error) {
    throw fromSystemError(error, `cannot keep the command of the run in "${file}"`, "check the folder of the cache");
  }
}

function recordOf(text: string): JobRecord | undefined {
  try {
    const value: unknown = JSON.parse(text);
    if (typeof value !== "object" || value === null) return undefined;
    const { cwd, args, host, pid } = value as Readonly<Record<string, unknown>>;
    if (typeof cwd !== "string" || typeof host !== "string" || typeof pid !== "number") return undefined;
    if (!Array.isArray(args) || !args.every((word) => typeof word === "string")) return undefined;
    return { cwd, args, host, pid };
  } catch {
    return undefined;
  }
}

/** The command of a run; undefined if it was not submitted with this cache. ATC_CORRUPT_DATA for a damaged file. */
export async function readJobRecord(cacheDir: string, id: string): Promise<JobRecord | undefined> {
  const file = fileOf(cacheDir, id);
  const text = await readFile(file, "utf8").catch(absentOnly);
  if (text === undefined) return undefined;
  const record = recordOf(text);
  if (record !== undefined) return record;
  throw new AtcError("ATC_CORRUPT_DATA", `"${file}" is not the record of a run; delete it, and run the command again`, {
    details: { path: file },
  });
}

/** Removes records that were written before a time, in ms since the epoch. */
export async function cleanJobRecords(cacheDir: string, before: number): Promise<void> {
  const folder = folderOf(cacheDir);
  for (const name of (await readdir(folder).catch(absentOnly)) ?? []) {
    const file = join(folder, name);
    const found = await stat(file).catch(absentOnly);
    if (found !== undefined && found.mtimeMs < before && name.endsWith(".json")) await rm(file, { force: true });
  }
}
