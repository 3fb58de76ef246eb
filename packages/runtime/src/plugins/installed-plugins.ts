import { lstatSync } from "node:fs";
import { readdir, readFile } from "node:fs/promises";
import { createRequire } from "node:module";
import { basename, dirname, join } from "node:path";
import { pathToFileURL } from "node:url";
import { renamedPackages, type Trust } from "@atc/config";
import { AtcError, fromSystemError, isAbsence, systemNameOf } from "@atc/contract";
import { type InstallShell, replaceLine } from "./install-line.ts";
import { isJsonObject } from "./json-object.ts";
import { knownPackages } from "./package-names.ts";

/** A plugin of an installed package, as its package.json describes it. The package itself is not imported yet. */
export interface InstalledPlugin {
  /** The kind, such as `codec` or `source`. */
  readonly kind: string;
  /** The name that a configuration uses. */
  readonly name: string;
  /** The package that provides it. */
  readonly packageName: string;
  /** The package's version. */
  readonly version: string;
  /** The `file:` URL of the package's entry. */
  readonly entry: string;
  /** The package.json whose dependency the package is: what its name resolves from. */
  readonly root: string;
  /** Of a source: the endings of the file names that it reads, in lower case. */
  readonly extensions: readonly string[];
  /** Of a source: whether its option `path` may be a list. */
  readonly takesLists: boolean;
  /** Of an executor: whether its tasks run in other processes. */
  readonly runsElsewhere: boolean;
  /** Its options by name, each with a description. The host refuses any other; `*` allows all. */
  readonly options: Readonly<Record<string, string>>;
}

/** Packages that may have plugins: the dependencies of a package.json, and further ones. */
export interface PluginRoot {
  /** Absolute path of a package.json. If it does not exist, names still resolve from its folder. */
  readonly packageJson: string;
  /** Packages besides the dependencies. */
  readonly extra: readonly string[];
  /** Whether every package in the `node_modules` next to it counts, as in npm's folder of global packages. */
  readonly isFolder?: boolean;
}

/** The plugins of all roots. */
export interface PluginListing {
  readonly plugins: readonly InstalledPlugin[];
  /** The extra packages that provide no plugin: installed ones, and others. */
  readonly useless: readonly { readonly name: string; readonly isInstalled: boolean }[];
}

const dependencyMembers = ["dependencies", "devDependencies", "optionalDependencies", "peerDependencies"];

/**
 * A package.json; undefined if there is none or it is not an object. A file that cannot be read is an error, or its
 * plugins would be reported as not installed.
 */
async function readPackageJson(path: string): Promise<Readonly<Record<string, unknown>> | undefined> {
  let text: string;
  try {
    text = await readFile(path, "utf8");
  } catch (error) {
    if (isAbsence(error) || systemNameOf(error) === "EISDIR") return undefined;
    throw fromSystemError(error, `cannot read "${path}"`, "check its permissions");
  }
  try {
    const parsed: unknown = JSON.parse(text);
    return isJsonObject(parsed) ? parsed : undefined;
  } catch {
    return undefined;
  }
}

/**
 * The nearest package.json in `directory` or above it; undefined if there is none. One that this user may not read
 * belongs to another project and is skipped.
 */
export async function nearestPackageJson(directory: string): Promise<string | undefined> {
  for (let folder = directory; ; folder = dirname(folder)) {
    const candidate = join(folder, "package.json");
    const found = await readPackageJson(candidate).catch((error: unknown) => {
      if (systemNameOf(error) === "EACCES" || systemNameOf(error) === "EPERM") return undefined;
      throw error;
    });
    if (found !== undefined) return candidate;
    if (dirname(folder) === folder) return undefined;
  }
}

/**
 * The package.json of `name` as seen from a root: by the resolver or, if the package does not export it, in the
 * node_modules folders above.
 */
async function locate(root: string, name: string): Promise<string | undefined> {
  const resolver = createRequire(root);
  try {
    return resolver.resolve(`${name}/package.json`);
  } catch {
    // Whatever the resolver failed on, the files themselves decide.
    for (const folder of resolver.resolve.paths(name) ?? []) {
      const candidate = join(folder, name, "package.json");
      if ((await readPackageJson(candidate)) !== undefined) return candidate;
    }
    return undefined;
  }
}

/** Throws ATC_INVALID_CONFIG if a package.json depends on a package of ours by its former name. */
function checkRenamed(packageJson: string, names: readonly string[], shell: InstallShell): void {
  const former = names.find((name) => renamedPackages.has(name));
  if (former === undefined) return;
  const present = String(renamedPackages.get(former));
  const line = replaceLine(former, present, { folder: dirname(packageJson), isGlobal: false }, shell);
  throw new AtcError("ATC_INVALID_CONFIG", `"${packageJson}" depends on "${former}", which was renamed; run: ${line}`, {
    details: { path: packageJson, package: former, nearest: present },
  });
}

function dependencyNames(manifest: Readonly<Record<string, unknown>>): readonly string[] {
  return dependencyMembers.flatMap((member) => {
    const section = manifest[member];
    return isJsonObject(section) ? Object.keys(section) : [];
  });
}

/**
 * Throws ATC_UNTRUSTED if other users may change a package whose code would run: its folder as the root sees it, its
 * package.json, its entry, or the node_modules folders in which the imports of the entry are looked up.
 */
function checkTrusted(root: string, name: string, manifest: string, entry: string, trust: Trust): void {
  const use = `the plugin package ${name}`;
  const seen = (createRequire(root).resolve.paths(name) ?? []).map((folder) => join(folder, name));
  const first = seen.find((folder) => lstatSync(folder, { throwIfNoEntry: false }) !== undefined);
  const searched = (createRequire(entry).resolve.paths(name) ?? []).filter(
    (folder) => basename(folder) === "node_modules",
  );
  for (const path of [...(first === undefined ? [] : [first]), manifest, entry, ...searched]) trust.check(path, use);
}

async function pluginsOf(root: string, name: string, trust: Trust): Promise<readonly InstalledPlugin[]> {
  const path = await locate(root, name);
  const manifest = path === undefined ? undefined : await readPackageJson(path);
  const atc = manifest?.["atc"];
  if (path === undefined || manifest === undefined || !isJsonObject(atc) || !Array.isArray(atc["plugins"])) return [];
  let entry: string;
  try {
    entry = createRequire(root).resolve(name);
  } catch {
    // To the resolver, a file that cannot be opened is absent; reading the manifest again distinguishes the two.
    await readPackageJson(path);
    return [];
  }
  checkTrusted(root, name, path, entry, trust);
  return atc["plugins"].filter(isJsonObject).map((plugin) => ({
    kind: String(plugin["kind"]),
    name: String(plugin["name"]),
    packageName: name,
    version: String(manifest["version"]),
    entry: pathToFileURL(entry).href,
    root,
    extensions: texts(plugin["extensions"]).map((ending) => ending.toLowerCase()),
    takesLists: plugin["takesLists"] === true,
    runsElsewhere: plugin["runsElsewhere"] === true,
    options: isJsonObject(plugin["options"])
      ? Object.fromEntries(Object.entries(plugin["options"]).map(([name, text]) => [name, String(text)]))
      : {},
  }));
}

/** Names of packages, with and without a scope. */
const packageNames = /^(?:@[\w~-][\w.~-]*\/)?[\w~-][\w.~-]*$/;

/**
 * The absolute path of the entry of a package, as the first root that has the package resolves it; undefined if none
 * has it.
 *
 * @throws ATC_UNTRUSTED if other users may change it; ATC_UNSUPPORTED if it has no entry
 */
export async function packageEntry(
  roots: readonly PluginRoot[],
  name: string,
  trust: Trust,
): Promise<string | undefined> {
  if (!packageNames.test(name)) return undefined;
  for (const { packageJson } of roots) {
    const manifest = await locate(packageJson, name);
    if (manifest === undefined) continue;
    let entry: string;
    try {
      entry = createRequire(packageJson).resolve(name);
    } catch (cause) {
      const message = `the package "${name}" has no entry; set main, or exports with default, in "${manifest}"`;
      throw new AtcError("ATC_UNSUPPORTED", message, { cause, details: { package: name, path: manifest } });
    }
    checkTrusted(packageJson, name, manifest, entry, trust);
    return entry;
  }
  return undefined;
}

/** The packages in a `node_modules` folder. */
async function packagesIn(folder: string): Promise<readonly string[]> {
  const names = await namesIn(folder);
  const scoped = names
    .filter((name) => name.startsWith("@"))
    .map(async (scope) => (await namesIn(join(folder, scope))).map((name) => `${scope}/${name}`));
  return [...names.filter((name) => !name.startsWith("@")), ...(await Promise.all(scoped)).flat()];
}

async function namesIn(folder: string): Promise<readonly string[]> {
  try {
    return (await readdir(folder)).filter((name) => !name.startsWith("."));
  } catch (error) {
    if (isAbsence(error)) return [];
    throw fromSystemError(error, `cannot list the packages in "${folder}"`, "check its permissions");
  }
}

function texts(value: unknown): readonly string[] {
  return Array.isArray(value) ? value.filter((one): one is string => typeof one === "string") : [];
}

/** The names of the packages of a root that may have plugins, and what lists them: a package.json or a folder. */
async function candidatesOf(
  { packageJson, isFolder }: PluginRoot,
  shell: InstallShell,
): Promise<{ readonly names: readonly string[]; readonly list: string }> {
  if (isFolder === true) {
    const list = join(dirname(packageJson), "node_modules");
    return { names: await packagesIn(list), list };
  }
  const manifest = await readPackageJson(packageJson);
  const own = typeof manifest?.["name"] === "string" ? [manifest["name"]] : [];
  const dependencies = dependencyNames(manifest ?? {});
  checkRenamed(packageJson, dependencies, shell);
  return { names: [...dependencies, ...own], list: packageJson };
}

/**
 * The plugins of the packages of `roots`, root by root; packages in `extra` come first. A package of several roots is
 * listed once.
 *
 * @throws ATC_INVALID_CONFIG if a package.json names a package that was renamed, ATC_UNTRUSTED if other users may
 * change a package that provides plugins, or the package.json or folder that names it
 */
export async function installedPlugins(
  roots: readonly PluginRoot[],
  trust: Trust,
  shell: InstallShell,
): Promise<PluginListing> {
  const found = new Map<string, InstalledPlugin>();
  for (const root of roots) {
    const { names, list } = await candidatesOf(root, shell);
    const unique = [...new Set([...root.extra, ...names])];
    const packages = await Promise.all(
      unique.map((name) =>
        pluginsOf(root.packageJson, name, trust).catch((error: unknown) => skipped(root, name, error)),
      ),
    );
    if (packages.some((plugins) => plugins.length > 0)) trust.check(list, "the list of plugin packages");
    for (const plugins of packages) {
      for (const plugin of plugins) {
        const id = `${plugin.kind} ${plugin.name} ${plugin.packageName}`;
        if (!found.has(id)) found.set(id, plugin);
      }
    }
  }
  const plugins = [...found.values()];
  return { plugins, useless: await uselessExtras(roots, plugins) };
}

/**
 * No plugins for an unrelated package that this user may not read: others share the folder of global packages. Throws
 * every other error again.
 */
function skipped({ isFolder, extra }: PluginRoot, name: string, error: unknown): readonly InstalledPlugin[] {
  const isRefused = ["EACCES", "EPERM"].includes(systemNameOf(error));
  if (isFolder === true && isRefused && !extra.includes(name) && !knownPackages().includes(name)) return [];
  throw error;
}

async function uselessExtras(
  roots: readonly PluginRoot[],
  plugins: readonly InstalledPlugin[],
): Promise<PluginListing["useless"]> {
  const extras = [...new Set(roots.flatMap(({ extra }) => extra))];
  const useless = extras.filter((name) => !plugins.some(({ packageName }) => packageName === name));
  return await Promise.all(
    useless.map(async (name) => {
      const places = await Promise.all(roots.map(({ packageJson }) => locate(packageJson, name)));
      return { name, isInstalled: places.some((place) => place !== undefined) };
    }),
  );
}
