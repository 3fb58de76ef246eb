import { open, readdir, realpath, stat } from "node:fs/promises";
import { basename, join } from "node:path";
import { AtcError, fromSystemError, type JsonObject } from "@atc/contract";
import { type FileState, identifyingState, throwIfChanged } from "@atc/plugin-kit";
import { type Database, quoted } from "../engine/database.ts";
import type { FileFormat } from "../engine/duckdb-options.ts";

/** A file, and its state when the source was opened. */
export interface SourceFile extends FileState {
  /** The path for DuckDB. */
  readonly path: string;
  /** The real, absolute path. */
  readonly realPath: string;
}

const endings: readonly (readonly [RegExp, FileFormat])[] = [
  [/\.(?:parquet|parq|pq)$/i, "parquet"],
  [/\.(?:csv|tsv|txt)(?:\.gz|\.zst)?$/i, "csv"],
  [/\.(?:json|jsonl|ndjson)(?:\.gz|\.zst)?$/i, "json"],
];

/** The name of a file without its directory and the endings of its format. */
export function fileStem(path: string): string {
  const name = basename(path.replaceAll("\\", "/"));
  return endings.reduce((stem, [pattern]) => stem.replace(pattern, ""), name) || name;
}

/** The format of a file by its name. */
export function formatOf(path: string): FileFormat | undefined {
  return endings.find(([pattern]) => pattern.test(path))?.[1];
}

/** The files of a path, a directory or a pattern, in order of their names. */
async function expand(database: Database, path: string): Promise<readonly string[]> {
  if (/^[a-z][a-z0-9+]+:\/\//i.test(path))
    throw new AtcError("ATC_UNSUPPORTED", `"${path}" is not on this machine; fetch it first and give the file's path`, {
      details: { path },
    });
  const status = await stat(path).catch((error: unknown) => error);
  if (status instanceof Error) {
    if (!/[*?[]/.test(path)) throw fromSystemError(status, `cannot read "${path}"`, "check the path");
    const found = (await database.rows(`SELECT file FROM glob(${quoted(path)})`))
      .map(({ file }) => String(file))
      .sort();
    if (found.length > 0) return found;
    throw new AtcError("ATC_NOT_FOUND", `no file matches "${path}"; check the pattern (*, **, ?, [a-z])`, {
      details: { path },
    });
  }
  if ((status as { isDirectory(): boolean }).isDirectory()) return filesBelow(path);
  return [path];
}

/**
 * The files of a known format in a directory and its subdirectories. Names that start with `.` or `_` belong to other
 * programs.
 */
async function filesBelow(directory: string): Promise<readonly string[]> {
  const entries = await readdir(directory, { recursive: true, withFileTypes: true }).catch((error: unknown) => {
    throw fromSystemError(error, `cannot list "${directory}"`, "check the directory's permissions");
  });
  const files = entries
    .filter((entry) => !entry.isDirectory() && !/^[._]/.test(entry.name) && formatOf(entry.name) !== undefined)
    .map((entry) => join(entry.parentPath, entry.name))
    .sort();
  if (files.length > 0) return files;
  throw new AtcError(
    "ATC_NOT_FOUND",
    `"${directory}" contains no Parquet, CSV or JSON file; check the path, or give a pattern such as "${join(directory, "*")}" and the option format`,
    { details: { path: directory } },
  );
}

async function stateOf(path: string): Promise<SourceFile> {
  try {
    const status = await stat(path, { bigint: true });
    if (!status.isFile())
      throw new AtcError("ATC_UNSUPPORTED", `"${path}" is not a regular file; give files, which can be read again`, {
        details: { path },
      });
    const { size, mtimeNs, ino } = status;
    return { path, realPath: await realpath(path), size: Number(size), mtimeNs, inode: ino };
  } catch (error) {
    throw fromSystemError(error, `cannot read "${path}"`, "check the path");
  }
}

/**
 * The files behind paths, directories and patterns, each once.
 *
 * @throws ATC_NOT_FOUND, also for a directory or a pattern without a file; ATC_UNSUPPORTED for a URL, a pipe or a
 * device; ATC_INVALID_DATA for an empty file
 */
export async function findFiles(database: Database, paths: readonly string[]): Promise<readonly SourceFile[]> {
  const found = new Set<string>();
  for (const path of paths) for (const file of await expand(database, path)) found.add(file);
  const files: SourceFile[] = [];
  for (const path of found) files.push(await stateOf(path));
  const empty = files.find(({ size }) => size === 0);
  if (empty !== undefined)
    throw new AtcError("ATC_INVALID_DATA", `"${empty.path}" is empty; leave it out or rewrite it`, {
      details: { path: empty.path },
    });
  return files;
}

/**
 * The common format of some files.
 *
 * @throws ATC_INVALID_ARGUMENT if they differ, ATC_UNSUPPORTED if a format is unknown
 */
export async function commonFormat(files: readonly SourceFile[]): Promise<FileFormat> {
  const formats = new Map<FileFormat, string>();
  for (const { path } of files) {
    const format = formatOf(path) ?? ((await startsAsParquet(path)) ? "parquet" : undefined);
    if (format === undefined)
      throw new AtcError(
        "ATC_UNSUPPORTED",
        `"${path}" has an unknown file ending; give the option format ("parquet", "csv" or "json"), or SQL that reads it`,
        { details: { path } },
      );
    formats.set(format, path);
  }
  const [first, second] = [...formats];
  if (first !== undefined && second === undefined) return first[0];
  const shown = [...formats].map(([format, path]) => `"${path}" is ${format}`).join(", ");
  throw new AtcError("ATC_INVALID_ARGUMENT", `the files have more than one format (${shown}); give a pattern for one`, {
    details: { formats: [...formats.keys()] },
  });
}

async function startsAsParquet(path: string): Promise<boolean> {
  const handle = await open(path, "r").catch((error: unknown) => {
    throw fromSystemError(error, `cannot open "${path}"`, "check the file's permissions");
  });
  try {
    const bytes = new Uint8Array(4);
    await handle.read(bytes, 0, 4, 0);
    return Buffer.from(bytes).toString("latin1") === "PAR1";
  } finally {
    await handle.close();
  }
}

/** Throws ATC_INVALID_DATA if a file changed after the source was opened. */
export async function checkUnchanged(files: readonly SourceFile[]): Promise<void> {
  for (const file of files) throwIfChanged(file.path, file, await stateOf(file.path));
}

/** Files as plain data for an identity. */
export function identifyingFiles(files: readonly SourceFile[]): readonly JsonObject[] {
  return files.map((file) => ({ path: file.realPath, ...identifyingState(file) }));
}
