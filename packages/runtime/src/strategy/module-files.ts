import { createHash } from "node:crypto";
import { readFileSync, realpathSync, type Stats, statSync } from "node:fs";
import { createRequire, isBuiltin } from "node:module";
import { dirname, join, resolve } from "node:path";
import { absentOnly, fromSystemError } from "@atc/contract";

/** The code that a strategy runs, apart from that of packages. */
export interface ModuleFiles {
  /** The module, and every file that it names by a relative path, transitively. Absolute. */
  readonly files: readonly string[];
  /**
   * 64 hexadecimal digits over the content of the files, and over the names and versions of the packages that they
   * import. It does not depend on the folder that they are in.
   */
  readonly digest: string;
}

/** A text in quotes that begins with `./` or `../`: an import, or the path of another file that the code may read. */
const relative = /(["'`])(\.\.?\/[^"'`\n\\]*)\1/g;
const blank = String.raw`(?:\s|/\*[\s\S]*?\*/|//[^\n]*\n)*`;
/** What follows `from`, `import` or `require`: the name of a package, or a key of `imports` in a package.json. */
const bare = new RegExp(
  String.raw`\b(?:from|import|require)${blank}\(?${blank}(["'\x60])([^."'\x60\n\\/][^"'\x60\n\\]*)\1`,
  "g",
);

/** The endings that `require` adds to a path, and what it finds in a folder. */
const additions: readonly string[] = ["", ".js", ".json", ".cjs", ".mjs", ".ts", ".node", "/index.js", "/package.json"];

function statusOf(path: string): Stats | undefined {
  try {
    return statSync(path);
  } catch (error) {
    return absentOnly(error);
  }
}

function isFile(path: string): boolean {
  return statusOf(path)?.isFile() === true;
}

function matchesOf(pattern: RegExp, text: string): readonly string[] {
  return [...new Set(Array.from(text.matchAll(pattern), ([, , found = ""]) => found))];
}

/** The files that a relative path may mean. A query or a fragment of a URL is not a part of it. */
function filesAt(folder: string, path: string): readonly string[] {
  const plain = path.replace(/[?#].*$/, "");
  const found = additions.map((addition) => resolve(folder, plain + addition)).filter(isFile);
  return [...new Set(found)].map((file) => realpathSync(file));
}

/** `lodash` of `lodash/fp`, `@scope/name` of `@scope/name/part`. */
function packageName(specifier: string): string {
  const parts = specifier.split("/");
  return parts.slice(0, specifier.startsWith("@") ? 2 : 1).join("/");
}

/** The name and the version of a package as a file sees it. */
function packageText(file: string, name: string): string {
  for (const folder of createRequire(file).resolve.paths(name) ?? []) {
    const manifest = join(folder, name, "package.json");
    if (!isFile(manifest)) continue;
    try {
      const { version }: { readonly version?: unknown } = JSON.parse(readFileSync(manifest, "utf8"));
      return `${name}@${String(version)}`;
    } catch {
      return `${name}@?`;
    }
  }
  return `${name}@none`;
}

/** The file that a key of `imports` in a package.json means; undefined if that is not a file. */
function importedFile(file: string, key: string): string | undefined {
  try {
    const found = createRequire(file).resolve(key);
    return isFile(found) ? realpathSync(found) : undefined;
  } catch {
    return undefined;
  }
}

function contentOf(file: string): Buffer {
  try {
    return readFileSync(file);
  } catch (error) {
    const remedy = "check the path and its permissions";
    throw fromSystemError(error, `cannot read "${file}", which the strategy uses`, remedy);
  }
}

const codeEndings = /\.(?:[cm]?[jt]s|json)$/;

/**
 * Finds the files of a module by their text, without running it: it counts every text in quotes that is a relative path
 * of a file, so it may count a file that is not loaded. A path that is computed, and a file of another path, do not
 * count.
 *
 * @throws ATC_NOT_FOUND, ATC_READ_ONLY or ATC_IO if a file cannot be read
 */
export function moduleFiles(entry: string): ModuleFiles {
  const first = isFile(entry) ? realpathSync(entry) : entry;
  const numbers = new Map<string, number>([[first, 0]]);
  const hash = createHash("sha256");
  const numberOf = (file: string): number => {
    const known = numbers.get(file) ?? numbers.size;
    numbers.set(file, known);
    return known;
  };
  // Iterating over a Map also visits what is added meanwhile.
  for (const file of numbers.keys()) {
    const content = contentOf(file);
    hash.update(`file ${createHash("sha256").update(content).digest("hex")}\n`);
    if (!codeEndings.test(file) || file.endsWith(".json")) continue;
    const text = content.toString("utf8");
    for (const path of matchesOf(relative, text))
      for (const found of filesAt(dirname(file), path)) hash.update(`${path} ${numberOf(found)}\n`);
    for (const specifier of matchesOf(bare, text)) {
      if (isBuiltin(specifier)) continue;
      const own = specifier.startsWith("#") ? importedFile(file, specifier) : undefined;
      if (own !== undefined) hash.update(`${specifier} ${numberOf(own)}\n`);
      else if (!specifier.startsWith("#")) hash.update(`${packageText(file, packageName(specifier))}\n`);
    }
  }
  return { files: [...numbers.keys()], digest: hash.digest("hex") };
}

/** Whether nothing exists at a path. */
export function isMissing(path: string): boolean {
  return statusOf(path) === undefined;
}
