import { createReadStream } from "node:fs";
import { mkdir, open, readFile, rename, rm, stat } from "node:fs/promises";
import { join } from "node:path";
import { crc32 } from "node:zlib";
import type { DatasetLock } from "@atc/contract";
import { fromSystemError } from "@atc/contract";
import type { SliceRun } from "./slice-run.ts";

/** Counts up with every change of what runs hold. */
const journalVersion = 2;
const workName = "runs";
const journalName = "journal.json";

/** What a journal is about: an ingest goes on with runs of the same source and options alone, cut in the same places. */
export interface JournalSubject {
  /** What the ingest would give. */
  readonly fingerprint: string;
  /** Where slices start. */
  readonly starts: readonly number[];
  readonly end: number;
}

/** The runs that an ingest has finished, on the dataset's disk, so that another one can go on after a crash. */
export interface Journal {
  /** Where the slices start that the runs are of: those of the ingest that crashed, where there was one. */
  readonly starts: readonly number[];
  /** The run of a slice, where it was finished before. */
  find(slice: number): SliceRun | undefined;
  /** The path of the run of a slice. */
  path(slice: number): string;
  /** A directory for files of the store whose rows runs have put in place; it is kept with the runs. */
  readonly placed: string;
  /** Keeps the finished runs of which `isGood` is true alone. */
  keep(isGood: (run: SliceRun) => boolean): void;
  /** Notes that a slice is finished. */
  add(slice: number, run: SliceRun): Promise<void>;
  /** Removes the journal and its runs. */
  remove(): Promise<void>;
}

interface Stored extends JournalSubject {
  readonly version: number;
  /** Who can read the indices of runs. */
  readonly node: string;
  readonly runs: Readonly<Record<string, SliceRun>>;
}

/** A journal in a lock's scratch directory: what a dead holder left goes on where it is about the same, and is removed otherwise. */
export async function openJournal(
  { scratch, abandoned }: { readonly scratch: string; readonly abandoned: DatasetLock["abandoned"] },
  subject: JournalSubject,
): Promise<Journal> {
  const directory = join(scratch, workName);
  try {
    const left = abandoned === undefined ? undefined : await adopt(abandoned, directory, subject);
    await mkdir(directory, { recursive: true });
    return journal(directory, left ?? { ...subject, version: journalVersion, node: process.version, runs: {} });
  } catch (error) {
    throw fromSystemError(error, `cannot keep rows in "${directory}"`, "check the disk and its permissions");
  }
}

function journal(directory: string, stored: Stored): Journal {
  const runs = new Map(Object.entries(stored.runs));
  let writing: Promise<void> = Promise.resolve();
  const pathOf = (slice: number): string => join(directory, `${slice}.run`);
  return {
    starts: stored.starts,
    find: (slice) => {
      const run = runs.get(String(slice));
      return run === undefined ? undefined : { ...run, path: pathOf(slice) };
    },
    path: pathOf,
    placed: join(directory, "placed"),
    keep(isGood) {
      for (const [slice, run] of runs) if (!isGood({ ...run, path: pathOf(Number(slice)) })) runs.delete(slice);
    },
    remove: () => rm(directory, { recursive: true, force: true }).catch(() => undefined),
    async add(slice, run) {
      runs.set(String(slice), run);
      const path = join(directory, journalName);
      // One after the other: all go by way of one temporary file.
      writing = writing.then(() => replaceFile(path, JSON.stringify({ ...stored, runs: Object.fromEntries(runs) })));
      try {
        await writing;
      } catch (error) {
        throw fromSystemError(error, `cannot write "${path}"`, "free space on that disk");
      }
    },
  };
}

/** Takes over what a dead holder left where it is about the subject; the rest is removed. */
async function adopt(abandoned: string, directory: string, subject: JournalSubject): Promise<Stored | undefined> {
  const left = join(abandoned, workName);
  const stored = await readJournal(join(left, journalName), subject);
  const runs: Record<string, SliceRun> = {};
  for (const [slice, run] of Object.entries(stored?.runs ?? {}))
    if (await isWhole(join(left, `${slice}.run`), run)) runs[slice] = run;
  // From here on it is this holder's: one step, so that a crash leaves it to one of the two.
  if (stored !== undefined) await rename(left, directory);
  await rm(abandoned, { recursive: true, force: true });
  return stored && { ...stored, runs };
}

async function readJournal(path: string, subject: JournalSubject): Promise<Stored | undefined> {
  try {
    const stored = JSON.parse(await readFile(path, "utf8")) as Stored;
    const isSame =
      stored.version === journalVersion &&
      stored.node === process.version &&
      stored.fingerprint === subject.fingerprint &&
      stored.starts[0] === subject.starts[0] &&
      stored.end === subject.end;
    return isSame ? stored : undefined;
  } catch {
    return undefined;
  }
}

/** Whether a file is what its run says, to the last bit: a crash of the machine may have lost some of it. */
async function isWhole(path: string, { bytes, crc }: SliceRun): Promise<boolean> {
  try {
    if ((await stat(path)).size !== bytes) return false;
    let found = 0;
    for await (const part of createReadStream(path, { highWaterMark: 2 ** 20 }))
      found = crc32(part as Uint8Array, found);
    return found === crc;
  } catch {
    return false;
  }
}

async function replaceFile(path: string, text: string): Promise<void> {
  const temporary = `${path}.new`;
  const file = await open(temporary, "w");
  try {
    await file.writeFile(text);
  } finally {
    await file.close();
  }
  await rename(temporary, path);
}
