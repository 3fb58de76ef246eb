import { lstat, stat } from "node:fs/promises";
import { basename, dirname, join, resolve } from "node:path";
import { AtcError, absentOnly, fromSystemError, isAbsence, isAtcError } from "@atc/contract";
import { nameSpelling } from "../keys/spelling.ts";
import type { Trust } from "../trust/trust.ts";
import { configText } from "./config-text.ts";
import type { ParsedFile } from "./parse-config-file.ts";
import { parseConfigFile } from "./parse-config-file.ts";

/** Names looked for in each folder, the first one wins. */
const names = ["atc.yaml", "atc.yml", "atc.json", "config.yaml"] as const;
/** The one name that other programs use too. */
const shared = "config.yaml";

/** A configuration file that was read. */
export interface FoundFile extends ParsedFile {
  /** Absolute path. */
  readonly file: string;
}

/** Whether the keys are mostly ours: a `config.yaml` in some folder above may belong to another program. */
function isOurs(keys: readonly string[]): boolean {
  const known = keys.filter((key) => nameSpelling.meaning(key) !== undefined).length;
  return known * 2 >= keys.length;
}

/** The words that stand before a colon at the start of a line, for a file that cannot be parsed. */
function keysIn(text: string): readonly string[] {
  return Array.from(text.matchAll(/^\s*["']?(\w+)["']?\s*:/gm), ([, key]) => key ?? "");
}

/** Whether a file is there. Only what is certainly absent is passed over: a configuration that nobody could look at would change every figure. */
async function isFile(path: string): Promise<boolean> {
  const instead = "name another configuration with --config";
  let isLink = false;
  try {
    const found = await lstat(path).catch(absentOnly);
    isLink = found?.isSymbolicLink() === true;
    return isLink ? (await stat(path)).isFile() : found?.isFile() === true;
  } catch (error) {
    if (!isLink || !isAbsence(error))
      throw fromSystemError(error, `cannot look for a configuration at "${path}"`, instead);
    if (basename(path) === shared) return false;
    throw new AtcError(
      "ATC_NOT_FOUND",
      `the configuration "${path}" is a link that leads nowhere; make what it leads to, remove it, or ${instead}`,
      { cause: error, details: { path } },
    );
  }
}

/** Reads a `config.yaml` that was only come across; undefined if it is another program's. */
async function readShared(file: string, trust: Trust): Promise<FoundFile | undefined> {
  let text = "";
  try {
    text = await configText(file);
    const parsed = await parseConfigFile(text, file);
    if (!isOurs(parsed.layer.settings.map(({ written }) => written))) return undefined;
    checkTrusted(file, trust);
    return { ...parsed, file };
  } catch (error) {
    const keys = keysIn(text);
    if (isAtcError(error, "ATC_INVALID_CONFIG") && (keys.length === 0 || !isOurs(keys))) return undefined;
    throw error;
  }
}

function checkTrusted(file: string, trust: Trust): void {
  trust.check(file, "the configuration", "name it with --config");
}

/**
 * Reads the file that `file` names.
 *
 * @throws ATC_NOT_FOUND if it does not exist; ATC_INVALID_CONFIG if it holds no configuration.
 */
export async function readConfigFile(file: string): Promise<FoundFile> {
  return { ...(await parseConfigFile(await configText(file), file)), file };
}

/** The configuration file in one folder. */
async function configFileIn(folder: string, trust: Trust, warnings: string[]): Promise<FoundFile | undefined> {
  for (const name of names) {
    const path = resolve(folder, name);
    if (!(await isFile(path))) continue;
    if (name !== shared) {
      checkTrusted(path, trust);
      return readConfigFile(path);
    }
    const found = await readShared(path, trust);
    if (found !== undefined) return found;
    warnings.push(
      `"${path}" was passed over: most of its keys are unknown, so it seems to be another program's; name it to use it all the same`,
    );
  }
  return undefined;
}

/** What marks the top folder of a project. */
const marks = ["package.json", ".git"] as const;

/** Whether a folder is the top of a project. */
async function isProject(folder: string): Promise<boolean> {
  for (const mark of marks) if ((await stat(join(folder, mark)).catch(() => undefined)) !== undefined) return true;
  return false;
}

/** The folder at or above `folder` that is the top of a project; `folder` if none is. */
async function projectOf(folder: string): Promise<string> {
  for (let place = folder; ; place = dirname(place)) {
    if (await isProject(place)) return place;
    if (dirname(place) === place) return folder;
  }
}

/** Reports a configuration that lies above the project: whoever works there may not know of it. */
async function nameIfAbove(file: string, folder: string, warnings: string[]): Promise<void> {
  const place = dirname(file);
  if (place === folder) return;
  const project = await projectOf(folder);
  // A path above another one is shorter.
  if (place.length < project.length)
    warnings.push(`the configuration "${file}" is used, which lies above "${project}"; --config names another one`);
}

/**
 * Looks for a configuration file in `folder` and every folder above it. A `config.yaml` most of whose keys are unknown belongs to another program: it is
 * passed over with a warning. A file that lies above the project is named in a warning.
 *
 * @throws ATC_INVALID_CONFIG if the file that was found holds no configuration; ATC_UNTRUSTED if others may change it.
 */
export async function findConfigFile(folder: string, trust: Trust, warnings: string[]): Promise<FoundFile | undefined> {
  for (let place = folder; ; place = dirname(place)) {
    const found = await configFileIn(place, trust, warnings);
    if (found !== undefined) await nameIfAbove(found.file, folder, warnings);
    if (found !== undefined || dirname(place) === place) return found;
  }
}
