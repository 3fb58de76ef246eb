import { stat } from "node:fs/promises";
import { basename, dirname, resolve } from "node:path";
import { isAtcError } from "@atc/contract";
import { configText } from "./config-text.ts";
import type { ParsedFile } from "./parse-config-file.ts";
import { parseConfigFile } from "./parse-config-file.ts";
import { nameSpelling } from "./spelling.ts";

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

async function isFile(path: string): Promise<boolean> {
  try {
    return (await stat(path)).isFile();
  } catch {
    return false;
  }
}

/** Reads a `config.yaml` that was only come across; undefined where it is another program's. */
async function readShared(file: string): Promise<FoundFile | undefined> {
  let text = "";
  try {
    text = await configText(file);
    const parsed = await parseConfigFile(text, file);
    return isOurs(parsed.layer.settings.map(({ written }) => written)) ? { ...parsed, file } : undefined;
  } catch (error) {
    const keys = keysIn(text);
    if (isAtcError(error, "ATC_INVALID_CONFIG") && (keys.length === 0 || !isOurs(keys))) return undefined;
    throw error;
  }
}

/**
 * Reads the file that `file` names.
 *
 * @throws ATC_NOT_FOUND where it does not exist; ATC_INVALID_CONFIG where it holds no configuration.
 */
export async function readConfigFile(file: string): Promise<FoundFile> {
  return { ...(await parseConfigFile(await configText(file), file)), file };
}

/**
 * Looks for a configuration file in `folder` and every folder above it. A `config.yaml` most of whose keys are unknown belongs to another program: it is
 * passed over with a warning.
 *
 * @throws ATC_INVALID_CONFIG where the file that was found holds no configuration.
 */
export async function findConfigFile(folder: string, warnings: string[]): Promise<FoundFile | undefined> {
  for (const name of names) {
    const path = resolve(folder, name);
    if (!(await isFile(path))) continue;
    if (basename(path) !== shared) return readConfigFile(path);
    const found = await readShared(path);
    if (found !== undefined) return found;
    warnings.push(
      `"${path}" was passed over: most of its keys are unknown, so it seems to be another program's; name it to use it all the same`,
    );
  }
  const above = dirname(folder);
  return above === folder ? undefined : findConfigFile(above, warnings);
}
