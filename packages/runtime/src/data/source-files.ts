import type { Stats } from "node:fs";
import { readdir, stat } from "node:fs/promises";
import { join, relative, resolve, sep } from "node:path";
import { AtcError, absentOnly, fromSystemError } from "@atc/contract";
import { endingOf, knownEndings } from "../plugins/file-endings.ts";
import type { InstalledPlugin } from "../plugins/installed-plugins.ts";

export interface SourceFile {
  /** Its path, as the user typed it if that is valid, for messages. */
  readonly path: string;
}

/** The status of a path; undefined if nothing exists there. */
async function statusOf(path: string): Promise<Stats | undefined> {
  try {
    return await stat(path).catch(absentOnly);
  } catch (error) {
    throw fromSystemError(error, `cannot look for "${path}"`, "check the path and its permissions");
  }
}

/** The files that paths, directories and patterns (`*`, `**`, `?`, `[a-z]`) name. */
export async function filesOf(
  cwd: string,
  paths: readonly string[],
  sources: readonly InstalledPlugin[],
): Promise<readonly SourceFile[]> {
  const endings = [...knownEndings, ...sources.flatMap(({ extensions }) => extensions)];
  const found: SourceFile[] = [];
  for (const path of paths) {
    const place = cwd === process.cwd() ? path : resolve(cwd, path);
    const status = await statusOf(place);
    // Not spread into push: a call takes about 100,000 arguments, and a directory may have more files.
    if (status?.isDirectory() === true) for (const file of await filesBelow(place, endings)) found.push(file);
    else if (status === undefined && /[*?[]/.test(path))
      for (const file of await filesMatching(place)) found.push(file);
    else if (status === undefined)
      throw new AtcError("ATC_NOT_FOUND", `there is no file "${path}"; check the path`, { details: { path } });
    else found.push({ path: place });
  }
  return found;
}

/**
 * The files below a directory, sorted by name. Names that start with `.` or `_` belong to other programs and are
 * skipped.
 */
async function walk(directory: string): Promise<readonly string[]> {
  const entries = await readdir(directory, { recursive: true, withFileTypes: true }).catch((error: unknown) => {
    throw fromSystemError(error, `cannot list "${directory}"`, "check the path and the directory's permissions");
  });
  return entries
    .filter((entry) => !entry.isDirectory())
    .map((entry) => join(entry.parentPath, entry.name))
    .filter((file) => !/(?:^|[/\\])[._]/.test(relative(directory, file)))
    .sort((a, b) => (a < b ? -1 : 1));
}

async function filesBelow(directory: string, endings: readonly string[]): Promise<readonly SourceFile[]> {
  const files = (await walk(directory)).filter((file) => endingOf(file, endings) !== undefined);
  if (files.length > 0) return files.map((path) => ({ path }));
  throw new AtcError(
    "ATC_NOT_FOUND",
    `the directory "${directory}" has no file of a known kind; check the path, or give a pattern such as "${join(directory, "*")}"`,
    { details: { path: directory } },
  );
}

async function filesMatching(pattern: string): Promise<readonly SourceFile[]> {
  const parts = pattern.split(/[/\\]/);
  const fixed = parts.slice(
    0,
    parts.findIndex((part) => /[*?[]/.test(part)),
  );
  const root = fixed.length === 0 ? "." : fixed.join(sep) || sep;
  const expression = expressionOf(parts.slice(fixed.length));
  const isThere = await statusOf(root);
  const files = isThere === undefined ? [] : await walk(root);
  const matching = files.filter((file) => expression.test(relative(root, file).split(sep).join("/")));
  if (matching.length > 0) return matching.map((path) => ({ path }));
  throw new AtcError("ATC_NOT_FOUND", `no file matches "${pattern}"; check the pattern (*, **, ?, [a-z])`, {
    details: { path: pattern },
  });
}

/** The parts of a pattern as a regular expression. */
function expressionOf(parts: readonly string[]): RegExp {
  const translated = parts.map((part, i) => {
    const last = i === parts.length - 1;
    if (part === "**") return last ? ".*" : "(?:[^/]+/)*";
    const body = part
      .replace(/[.+^${}()|\\]/g, "\\$&")
      .replace(/\*+/g, "[^/]*")
      .replace(/\?/g, "[^/]")
      .replace(/\[!/g, "[^");
    return last ? body : `${body}/`;
  });
  try {
    return new RegExp(`^${translated.join("")}$`);
  } catch (cause) {
    throw new AtcError("ATC_INVALID_ARGUMENT", `"${parts.join("/")}" is not a valid pattern; close its brackets`, {
      cause,
    });
  }
}
