import { readdir } from "node:fs/promises";
import { join } from "node:path";
import { AtcError, fromSystemError, isAbsence, nearest } from "@atc/contract";
import { readRunFile } from "./read-file.ts";
import { digestPart, headFile, isRunId, runFolder, symbolsFile } from "./run-folder.ts";
import { damagedRun, parseHead, type RunHead, sha256Of } from "./run-head.ts";
import type { RunSymbol, StoredRun } from "./stored-run.ts";

/** A stored run. Its files are read when they are asked for. */
export interface OpenRun {
  /** What `run.json` says. */
  readonly run: StoredRun;
  /** Its folder. */
  readonly folder: string;
  /** The names of its files besides `run.json`. */
  readonly files: readonly string[];
  /** Bytes of all files but `run.json`. */
  readonly bytes: number;
  /** Its symbols, sorted by UTF-16 code unit. Throws ATC_CORRUPT_DATA. */
  symbols(): Promise<readonly RunSymbol[]>;
  /**
   * The bytes of a file, verified.
   *
   * @throws ATC_NOT_FOUND if the run has no such file; ATC_CORRUPT_DATA if it is missing or changed
   */
  read(file: string): Promise<Uint8Array>;
}

/** A file in place of the folder, or of one that it is in, is not a folder without runs. */
function fileInPlace(directory: string, error: unknown): AtcError | undefined {
  if (!(error instanceof Error && "code" in error && error.code === "ENOTDIR")) return undefined;
  const message = `"${directory}" is a file, or is in one, and not a folder of runs; name the folder that has them`;
  return new AtcError("ATC_INVALID_ARGUMENT", message, { cause: error, details: { directory } });
}

/**
 * The names of all folders of runs, the newest first. None if the folder does not exist. ATC_INVALID_ARGUMENT if it is
 * a file.
 */
export async function runIds(directory: string): Promise<readonly string[]> {
  try {
    const names = await readdir(directory).catch((error: unknown) => {
      throw fileInPlace(directory, error) ?? error;
    });
    return names.filter(isRunId).sort().reverse();
  } catch (error) {
    if (isAbsence(error)) return [];
    throw fromSystemError(error, `cannot list the runs in "${directory}"`, "check the folder and its permissions");
  }
}

/** The word that names the newest run. */
const newest = "latest";

/**
 * The name of the run that a text means: a whole name, its beginning, its last part, or `latest`.
 *
 * @throws ATC_NOT_FOUND if no run has it; ATC_INVALID_ARGUMENT if several have
 */
export async function resolveRunId(directory: string, text: string): Promise<string> {
  const ids = await runIds(directory);
  if (text === newest && ids[0] !== undefined) return ids[0];
  if (ids.includes(text)) return text;
  const found = text.length < 4 ? [] : ids.filter((id) => id.startsWith(text) || digestPart(id).startsWith(text));
  const [only] = found;
  if (only !== undefined && found.length === 1) return only;
  if (only !== undefined)
    throw new AtcError(
      "ATC_INVALID_ARGUMENT",
      `"${text}" is the beginning of ${found.length} runs, such as "${only}"; give more of the name`,
      { details: { run: text } },
    );
  const guess = nearest(text, ids);
  const hint =
    ids.length === 0
      ? "no run is stored; atc backtest stores one"
      : guess === undefined
        ? "atc runs list shows them"
        : `did you mean "${guess}"?`;
  throw new AtcError("ATC_NOT_FOUND", `there is no run "${text}" in "${directory}"; ${hint}`, {
    details: { run: text, directory },
  });
}

/** Reads the head of a run. */
export async function readHead(directory: string, id: string): Promise<RunHead> {
  const path = join(runFolder(directory, id), headFile);
  return parseHead(await readRunFile(path), path, id);
}

/**
 * Opens a stored run.
 *
 * @param name - what {@link resolveRunId} accepts
 * @throws ATC_NOT_FOUND, ATC_INVALID_ARGUMENT, ATC_CORRUPT_DATA; ATC_UNSUPPORTED for a run of a newer version
 */
export async function openRun(name: string, { directory }: { readonly directory: string }): Promise<OpenRun> {
  const id = await resolveRunId(directory, name);
  const { run, files } = await readHead(directory, id);
  const read = async (file: string): Promise<Uint8Array> => {
    const expected = Object.hasOwn(files, file) ? files[file] : undefined;
    if (expected === undefined)
      throw new AtcError("ATC_NOT_FOUND", `the run "${id}" has no file "${file}"`, { details: { run: id, file } });
    const path = join(runFolder(directory, id), file);
    const bytes = await readRunFile(path, expected.bytes);
    if (bytes.length !== expected.bytes || sha256Of(bytes) !== expected.sha256)
      throw damagedRun(path, "its content is not what was written");
    return bytes;
  };
  return {
    run,
    folder: runFolder(directory, id),
    files: Object.keys(files),
    bytes: Object.values(files).reduce((sum, { bytes }) => sum + bytes, 0),
    read,
    async symbols() {
      const path = join(runFolder(directory, id), symbolsFile);
      return parseSymbols(new TextDecoder().decode(await read(symbolsFile)), path);
    },
  };
}

/** The checksum was valid, so this finds what a faulty writer wrote. */
function parseSymbols(text: string, path: string): readonly RunSymbol[] {
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch (error) {
    throw damagedRun(path, "it is not JSON", error);
  }
  if (!Array.isArray(value)) throw damagedRun(path, "it is not a list");
  const odd = value.findIndex((entry) => !isRunSymbol(entry));
  if (odd !== -1) throw damagedRun(path, `its entry ${odd} does not describe a symbol`);
  return value as readonly RunSymbol[];
}

function isRunSymbol(value: unknown): value is RunSymbol {
  if (typeof value !== "object" || value === null) return false;
  const { symbol, content, rows, digests, metrics } = value as Readonly<Record<string, unknown>>;
  return (
    typeof symbol === "string" &&
    (content === undefined || typeof content === "string") &&
    Number.isSafeInteger(rows) &&
    typeof digests === "object" &&
    digests !== null &&
    typeof metrics === "object"
  );
}
