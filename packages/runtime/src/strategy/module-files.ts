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
/** Between the tokens of an import. */
const blank = String.raw`(?:\s|/\*[\s\S]*?\*/|//[^\n]*\n)*`;
/** What follows `from`, `import` or `require`: the name of a package, or a key of `imports` in a package.json. */
const bare = new RegExp(
  String.raw`\b(?:from|import|require)${blank}\(?${blank}(["'\x60])([^."'\x60\n\\/][^"'\x60\n\\]*)\1`,
  "g",
);

/** `require(".")` and `require("..")`. Elsewhere, such texts are seldom paths. */
const folders = new RegExp(String.raw`\brequire${blank}\(${blank}(["'\x60])(\.\.?)\1`, "g");

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

/** A path of a URL, in which `%20` is a space. */
function decoded(path: string): string {
  try {
    return decodeURIComponent(path);
  } catch {
    return path;
  }
}

/** The file that a specifier means for `require`; undefined if it is not a file. */
function requiredFile(file: string, specifier: string): string | undefined {
  try {
    const found = createRequire(file).resolve(specifier);
    return isFile(found) ? realpathSync(found) : undefined;
  } catch {
    return undefined;
  }
}

/**
 * The files that a relative path in a file may mean. A query or a fragment of a URL is not a part of it. `require` finds
 * the file that the package.json of a folder names.
 */
function filesAt(file: string, path: string): readonly string[] {
  const plain = path.replace(/[?#].*$/, "");
  const places = [plain, decoded(plain)].flatMap((one) =>
    additions.map((addition) => resolve(dirname(file), one + addition)),
  );
  const found = places.filter(isFile).map((place) => realpathSync(place));
  const required = requiredFile(file, plain);
  return [...new Set(required === undefined ? found : [...found, required])];
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

/** The texts in a value of JSON. */
function textsOf(value: unknown): readonly string[] {
  if (typeof value === "string") return [value];
  return typeof value === "object" && value !== null ? Object.values(value).flatMap(textsOf) : [];
}

/** What `imports` of the nearest package.json names: paths from its folder and packages, under any condition. */
function mappedTexts(file: string): { readonly manifest: string; readonly texts: readonly string[] } | undefined {
  for (let folder = dirname(file); ; folder = dirname(folder)) {
    const manifest = join(folder, "package.json");
    if (isFile(manifest)) {
      try {
        const { imports }: { readonly imports?: unknown } = JSON.parse(readFileSync(manifest, "utf8"));
        return { manifest, texts: textsOf(imports) };
      } catch {
        return undefined;
      }
    }
    if (folder === dirname(folder)) return undefined;
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
    for (const path of [...matchesOf(relative, text), ...matchesOf(folders, text)])
      for (const found of filesAt(file, path)) hash.update(`${path} ${numberOf(found)}\n`);
    for (const specifier of matchesOf(bare, text)) {
      if (isBuiltin(specifier)) continue;
      if (!specifier.startsWith("#")) {
        hash.update(`${packageText(file, packageName(specifier))}\n`);
        continue;
      }
      const own = requiredFile(file, specifier);
      if (own !== undefined) hash.update(`${specifier} ${numberOf(own)}\n`);
      // An import may meet another condition than `require` does.
      const { manifest = "", texts = [] } = mappedTexts(file) ?? {};
      for (const mapped of texts)
        if (!mapped.startsWith(".")) hash.update(`${packageText(manifest, packageName(mapped))}\n`);
        else for (const found of filesAt(manifest, mapped)) hash.update(`${mapped} ${numberOf(found)}\n`);
    }
  }
  return { files: [...numbers.keys()], digest: hash.digest("hex") };
}

/** Whether nothing exists at a path. */
export function isMissing(path: string): boolean {
  return statusOf(path) === undefined;
}
