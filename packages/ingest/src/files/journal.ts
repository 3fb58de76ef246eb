import { createReadStream } from "node:fs";
import { appendFile, mkdir, readFile, rm, stat, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { crc32 } from "node:zlib";
import type { DatasetLock, OperationOptions } from "@atc/contract";
import { fromSystemError } from "@atc/contract";
import { moveFile } from "@atc/plugin-kit";
import type { SliceRun } from "./slice-run.ts";

/** Incremented by every change of what runs hold. */
const journalVersion = 4;
const workName = "runs";
/** The first line is the heading. Each of the others is a finished slice. */
const journalName = "journal.jsonl";

/**
 * What a journal belongs to. An ingest resumes only with runs of the same source and options, cut at the same places.
 */
export interface JournalSubject {
  readonly fingerprint: string;
  /** The first byte of each slice. */
  readonly starts: readonly number[];
  readonly end: number;
}

/** The finished slices of an ingest, on the dataset's disk, so that the next ingest can resume after a crash. */
export interface Journal {
  /** The first byte of each slice: of the crashed ingest's slices, if it is resumed. */
  readonly starts: readonly number[];
  /** The run of a slice; undefined if the slice is not finished. */
  find(slice: number): SliceRun | undefined;
  /** The path of a slice's run. */
  path(slice: number): string;
  /** A directory, kept with the runs, for the files of the dataset in which rows are placed. */
  readonly placed: string;
  /** Forgets the finished runs for which `isGood` is false. */
  keep(isGood: (run: SliceRun) => boolean): void;
  /** Records that a slice is finished. */
  add(slice: number, run: SliceRun): Promise<void>;
  /** Removes the journal and its runs, unless an abort keeps them. */
  remove(): Promise<void>;
}

/** Receives how many slices of a source an abort keeps, and how many it has. */
export type KeptListener = (finished: number, slices: number) => void;

/** Who keeps a journal, and what happens to it at an abort. */
interface Holder extends Pick<OperationOptions, "signal"> {
  readonly lock: Pick<DatasetLock, "abandoned" | "keepScratch">;
  /** Called if an abort keeps finished slices; without it, an abort keeps nothing. */
  readonly onKept?: KeptListener | undefined;
}

interface JournalPlace extends Holder {
  readonly scratch: string;
}

interface Heading extends JournalSubject {
  readonly version: number;
  /** The version of Node that can read the indices of runs. */
  readonly node: string;
}

interface Stored {
  readonly starts: readonly number[];
  /** By slice. */
  readonly runs: Map<number, SliceRun>;
}

/**
 * Opens the journal in a lock's scratch directory. What a dead holder left is resumed if it belongs to the subject,
 * and removed otherwise.
 */
export async function openJournal({ scratch, ...holder }: JournalPlace, subject: JournalSubject): Promise<Journal> {
  const { abandoned } = holder.lock;
  const directory = join(scratch, workName);
  try {
    const left = abandoned === undefined ? undefined : await adopt(abandoned, directory, subject);
    if (left !== undefined) return journal(directory, left, holder);
    await mkdir(directory, { recursive: true });
    const heading: Heading = { ...subject, version: journalVersion, node: process.version };
    await writeFile(join(directory, journalName), JSON.stringify(heading));
    return journal(directory, { starts: subject.starts, runs: new Map() }, holder);
  } catch (error) {
    throw fromSystemError(error, `cannot keep rows in "${directory}"`, "check the disk and its permissions");
  }
}

function journal(directory: string, { starts, runs }: Stored, { lock, signal, onKept }: Holder): Journal {
  let writing: Promise<void> = Promise.resolve();
  let isKept = false;
  // At once, because writers and the lock remove their files while they are disposed.
  const keepRuns = (): void => {
    if (onKept === undefined || lock.keepScratch === undefined || runs.size === 0 || isKept) return;
    isKept = true;
    lock.keepScratch();
    onKept(runs.size, starts.length);
  };
  if (signal?.aborted === true) keepRuns();
  else signal?.addEventListener("abort", keepRuns);
  const pathOf = (slice: number): string => join(directory, `${slice}.run`);
  return {
    starts,
    find: (slice) => {
      const run = runs.get(slice);
      return run === undefined ? undefined : { ...run, path: pathOf(slice) };
    },
    path: pathOf,
    placed: join(directory, "placed"),
    keep(isGood) {
      for (const [slice, run] of runs) if (!isGood({ ...run, path: pathOf(slice) })) runs.delete(slice);
    },
    async remove() {
      signal?.removeEventListener("abort", keepRuns);
      if (!isKept) await rm(directory, { recursive: true, force: true }).catch(() => undefined);
    },
    async add(slice, run) {
      runs.set(slice, run);
      const path = join(directory, journalName);
      // One after another, so that lines stay whole. The line feed comes first: a crash may have cut the line before.
      writing = writing.then(() => appendFile(path, `\n${JSON.stringify([slice, run])}`));
      try {
        await writing;
      } catch (error) {
        throw fromSystemError(error, `cannot write "${path}"`, "free space on that disk");
      }
    },
  };
}

/** Takes over what a dead holder left, if it belongs to the subject, and removes the rest. */
async function adopt(abandoned: string, directory: string, subject: JournalSubject): Promise<Stored | undefined> {
  const left = join(abandoned, workName);
  const stored = await readJournal(join(left, journalName), subject);
  for (const [slice, run] of stored?.runs ?? [])
    if (!(await isWhole(join(left, `${slice}.run`), run))) stored?.runs.delete(slice);
  // One step makes it this holder's, so that a crash leaves it to one of the two.
  if (stored !== undefined) await moveFile(left, directory);
  await rm(abandoned, { recursive: true, force: true });
  return stored;
}

async function readJournal(path: string, subject: JournalSubject): Promise<Stored | undefined> {
  try {
    const [first = "", ...lines] = (await readFile(path, "utf8")).split("\n");
    const heading = JSON.parse(first) as Heading;
    const isSame =
      heading.version === journalVersion &&
      heading.node === process.version &&
      heading.fingerprint === subject.fingerprint &&
      heading.starts[0] === subject.starts[0] &&
      heading.end === subject.end;
    const runs = new Map(lines.flatMap((line) => entryOf(line) ?? []));
    return isSame ? { starts: heading.starts, runs } : undefined;
  } catch {
    return undefined;
  }
}

/** A slice and its run; undefined if a crash cut the line. */
function entryOf(line: string): [[number, SliceRun]] | undefined {
  try {
    return [JSON.parse(line) as [number, SliceRun]];
  } catch {
    return undefined;
  }
}

/** Whether a file matches its run to the last bit. A crash of the machine may have lost writes. */
async function isWhole(path: string, { bytes, crc }: SliceRun): Promise<boolean> {
  try {
    if ((await stat(path)).size !== bytes) return false;
    let found = 0;
    for await (const bytes of createReadStream(path, { highWaterMark: 2 ** 20 }))
      found = crc32(bytes as Uint8Array, found);
    return found === crc;
  } catch {
    return false;
  }
}
