import { readdir, readFile } from "node:fs/promises";
import { createRequire } from "node:module";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { AtcError, nearest, type PluginManifestEntry } from "@atc/contract";
import { writeNewFolder } from "./new-folder.ts";

/** A kind of plugin with a template. */
export type TemplateKind = "byte-store" | "codec" | "source" | "strategy";

/** What package.json says about a plugin of each kind. */
const kinds: Readonly<Record<TemplateKind, Omit<PluginManifestEntry, "kind" | "name">>> = {
  codec: { options: { level: "0 (fastest) to 9 (smallest) (default: 5)" } },
  "byte-store": { options: { directory: "folder of the entries" } },
  source: {
    extensions: [".plugin-name"],
    options: {
      badRows: "error, skip or nan: what to do with a row that cannot be read (default: error)",
      separator: "; or |: the character between two fields (default: ;)",
    },
  },
  // Its parameters are those that it declares.
  strategy: {},
};

/** The kinds of plugin with a template, for messages. */
export const templateKinds: readonly TemplateKind[] = ["codec", "byte-store", "source", "strategy"];

/** The package of a new plugin. */
export interface NewPlugin {
  /** The name in package.json. */
  readonly packageName: string;
  /** The name in a configuration. */
  readonly pluginName: string;
  readonly kind: TemplateKind;
}

/** Names of plugins of our packages and of built-in strategies, and of algorithms and file endings of our codecs. */
const taken: Readonly<Record<TemplateKind, readonly string[]>> = {
  codec: ["blosc", "blosclz", "lz4", "lz4hc", "numeric", "snappy", "sz", "zlib", "zst", "zstd", "zz"],
  "byte-store": ["fs", "http", "s3"],
  source: ["arrow", "csv", "duckdb", "json", "zip"],
  strategy: ["atc", "columns", "cross", "donchian", "hold", "momentum", "rsi"],
};

/** The folder of the templates. */
export const templates: string = fileURLToPath(new URL("../../templates/", import.meta.url));

/** An ATC_INVALID_ARGUMENT. */
export function refusal(message: string, details: Readonly<Record<string, string>>): AtcError {
  return new AtcError("ATC_INVALID_ARGUMENT", message, { details });
}

/** A kind that a user gave. Throws ATC_INVALID_ARGUMENT for another one. */
function kindOf(given: string): TemplateKind {
  const kind = templateKinds.find((one) => one === given);
  if (kind !== undefined) return kind;
  const meant = nearest(given, templateKinds);
  const hint = meant === undefined ? `give one of ${templateKinds.join(", ")}` : `did you mean --kind ${meant}?`;
  throw refusal(`there is no template of kind "${given}"; ${hint}`, { flag: "--kind", value: given });
}

/**
 * The package of a new plugin by the name that a user gave, which may have a scope. The part after the scope is the
 * name of the plugin.
 *
 * @throws ATC_INVALID_ARGUMENT for an unknown kind, for a name that npm or a file ending cannot have, and for the name
 * of one of our plugins
 */
export function newPlugin(given: string, givenKind: string): NewPlugin {
  const kind = kindOf(givenKind);
  const [, pluginName] = /^(?:@[a-z0-9][a-z0-9._-]*\/)?([a-z][a-z0-9]*(?:-[a-z0-9]+)*)$/.exec(given) ?? [];
  if (pluginName === undefined || given.length > 100)
    throw refusal(
      `"${given.slice(0, 120)}" cannot name a ${kind === "strategy" ? "strategy" : "plugin package"}; give lower-case letters, digits and single hyphens, after a scope such as @me/ if you have one, at most 100 characters`,
      { value: given },
    );
  if (taken[kind].includes(pluginName))
    throw refusal(`"${pluginName}" is taken by a ${kind} of @atc; give another name`, { value: given });
  return { packageName: given, pluginName, kind };
}

/** The version of a package of ours that this command uses. Packages that did not change keep their version. */
function versionOf(packageName: string): string {
  const { version } = createRequire(import.meta.url)(`${packageName}/package.json`) as { readonly version: string };
  return version;
}

function packageJson(kind: TemplateKind): string {
  const contract = versionOf("@atc/contract");
  const manifest = {
    name: "package-name",
    version: "0.1.0",
    description: `The ${kind} plugin-name for atc.`,
    type: "module",
    engines: { node: ">=20.19" },
    files: ["dist/src", "src"],
    // The condition `default`, not `import`: the host resolves the package by `require` and imports the result.
    exports: {
      ".": { types: "./dist/src/index.d.ts", default: "./dist/src/index.js" },
      "./package.json": "./package.json",
    },
    atc: { plugins: [{ kind, name: "plugin-name", ...kinds[kind] }] },
    scripts: { build: "tsc", test: "tsc && node --test dist/test/index.test.js", prepack: "tsc" },
    dependencies: {
      "@atc/contract": `^${contract}`,
      // The other templates use what implementations share.
      ...(kind === "strategy" ? {} : { "@atc/plugin-kit": `^${versionOf("@atc/plugin-kit")}` }),
    },
    // The command does not depend on the suites, so their version is unknown: the newest of the contract's line.
    devDependencies: {
      "@atc/testing": `${contract.split(".")[0]}.x`,
      "@types/node": "^20.19.0",
      typescript: "^6.0.0",
    },
  };
  return `${JSON.stringify(manifest, undefined, 2)}\n`;
}

/** The content of the package: files by their path, which has `/` between folders. */
async function contentOf(plugin: NewPlugin): Promise<ReadonlyMap<string, string>> {
  const content = new Map([["package.json", packageJson(plugin.kind)]]);
  for (const folder of ["common", plugin.kind]) {
    const parent = join(templates, folder);
    for (const entry of await readdir(parent, { recursive: true, withFileTypes: true })) {
      if (!entry.isFile()) continue;
      const path = join(entry.parentPath, entry.name);
      // npm leaves files called .gitignore out of packages.
      const name = path
        .slice(parent.length + 1)
        .replaceAll("\\", "/")
        .replace(/^gitignore$/, ".gitignore");
      content.set(name, await readFile(path, "utf8"));
    }
  }
  // In one pass, because the name of the package may contain one of these words.
  const words = new Map([
    ["package-name", plugin.packageName],
    ["plugin-name", plugin.pluginName],
    // The extension of a codec has letters and digits only.
    ["pluginname", plugin.pluginName.replaceAll("-", "")],
  ]);
  const named = [...content].map(
    ([name, text]) => [name, text.replaceAll(/package-name|plugin-?name/g, (word) => words.get(word) ?? word)] as const,
  );
  return new Map(named.sort(([a], [b]) => (a < b ? -1 : 1)));
}

/**
 * Writes the package of a plugin into a folder that does not exist yet. Returns its files by their path in it.
 *
 * @throws ATC_INVALID_ARGUMENT if the folder exists; ATC_READ_ONLY, ATC_NO_SPACE or ATC_IO if the disk refuses
 */
export async function writePlugin(plugin: NewPlugin, folder: string): Promise<readonly string[]> {
  const content = await contentOf(plugin);
  await writeNewFolder(folder, content);
  return [...content.keys()];
}
