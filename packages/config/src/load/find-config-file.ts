import { lstat, stat } from "node:fs/promises";
import { basename, dirname, join, resolve } from "node:path";
import { AtcError, absentOnly, fromSystemError, isAbsence, isAtcError } from "@atc/contract";
import { isForeign, nameSpelling } from "../keys/spelling.ts";
import type { Setting } from "../layers/layer.ts";
import type { Trust } from "../trust/trust.ts";
import { configText } from "./config-text.ts";
import type { ParsedFile } from "./parse-config-file.ts";
import { parseConfigFile } from "./parse-config-file.ts";

/** File names to look for in each folder, in order of precedence. */
const names = ["atc.yaml", "atc.yml", "atc.json", "config.yaml"] as const;
/** The one name that other programs use too. */
const shared = "config.yaml";

/** A configuration file that was read. */
export interface FoundFile extends ParsedFile {
  /** Absolute path. */
  readonly file: string;
}

/** Whether most keys are ours: a `config.yaml` in a folder above may belong to another program. */
function isOurs(keys: readonly Pick<Setting, "written" | "section">[]): boolean {
  const known = keys.filter(({ written, section }) => {
    const meaning = nameSpelling.meaning(written, section);
    return meaning !== undefined && !isForeign(meaning);
  });
  return known.length * 2 >= keys.length;
}

/** The words before a colon at the start of a line, for a file that cannot be parsed. */
function keysIn(text: string): readonly Pick<Setting, "written">[] {
  return Array.from(text.matchAll(/^\s*["']?(\w+)["']?\s*:/gm), ([, key]) => ({ written: key ?? "" }));
}

/** Whether a file exists. Throws if that is unknown, because skipping a configuration would change every result. */
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
      `the configuration "${path}" is a link to a file that does not exist; create that file, remove the link, or ${instead}`,
      { cause: error, details: { path } },
    );
  }
}

/** Reads a `config.yaml` that the search found. Undefined if it belongs to another program. */
async function readShared(file: string, trust: Trust): Promise<FoundFile | undefined> {
  let text = "";
  try {
    text = await configText(file);
    const parsed = await parseConfigFile(text, file);
    if (!isOurs(parsed.layer.settings)) return undefined;
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
 * Reads the configuration file at the path `file`.
 *
 * @throws ATC_NOT_FOUND if it does not exist; ATC_INVALID_CONFIG if it is not a configuration
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
      `"${path}" was ignored: most of its keys are unknown, so it seems to belong to another program; to use it, name it with --config`,
    );
  }
  return undefined;
}

/** Files and folders in the top folder of a project. */
const marks = ["package.json", ".git"] as const;

/** Whether a folder is the top folder of a project. */
async function isProject(folder: string): Promise<boolean> {
  for (const mark of marks) if ((await stat(join(folder, mark)).catch(() => undefined)) !== undefined) return true;
  return false;
}

/** The top folder of the project that contains `folder`; `folder` itself outside of a project. */
async function projectOf(folder: string): Promise<string> {
  for (let place = folder; ; place = dirname(place)) {
    if (await isProject(place)) return place;
    if (dirname(place) === place) return folder;
  }
}

/** Warns of a configuration above the project, which its developers may not know. */
async function nameIfAbove(file: string, folder: string, warnings: string[]): Promise<void> {
  const place = dirname(file);
  if (place === folder) return;
  const project = await projectOf(folder);
  // A path above another one is shorter.
  if (place.length < project.length)
    warnings.push(
      `the configuration "${file}" is used, which is above the project "${project}"; choose another one with --config`,
    );
}

/**
 * Looks for a configuration file in `folder` and every folder above it. A `config.yaml` whose keys are mostly unknown
 * belongs to another program and is ignored with a warning. A file above the project causes a warning.
 *
 * @throws ATC_INVALID_CONFIG if the file holds no configuration; ATC_UNTRUSTED if others may change it
 */
export async function findConfigFile(folder: string, trust: Trust, warnings: string[]): Promise<FoundFile | undefined> {
  for (let place = folder; ; place = dirname(place)) {
    const found = await configFileIn(place, trust, warnings);
    if (found !== undefined) await nameIfAbove(found.file, folder, warnings);
    if (found !== undefined || dirname(place) === place) return found;
  }
}
