import { createTrust, type Trust } from "@atc/config";
import type { Codec, PluginHost, PluginKind, PluginProducts } from "@atc/contract";
import { AtcError, isAtcError, nearest } from "@atc/contract";
import { installLine } from "./install-line.ts";
import type { InstalledPlugin, PluginListing } from "./installed-plugins.ts";
import { installedPlugins, packageEntry } from "./installed-plugins.ts";
import { isJsonObject } from "./json-object.ts";
import { knownNames, knownPackages, packageOf } from "./package-names.ts";
import { broken, loadPlugin, reasonOf } from "./plugin-loading.ts";
import { checkOptions } from "./plugin-options.ts";
import type { PluginSearch } from "./plugin-search.ts";

/** A host that finds plugins in installed packages. */
export interface InstalledPluginHost extends PluginHost {
  /** The installed plugins by their manifests. Imports none of them. */
  installed(): Promise<readonly InstalledPlugin[]>;
  /**
   * The faults of the packages that the configuration names under `plugins`: ATC_MISSING_PLUGIN for one that is not
   * installed, ATC_INVALID_CONFIG for one without plugins.
   */
  faults(): Promise<readonly AtcError[]>;
  /** The folders of projects and of global packages in which plugins are looked for. */
  readonly folders: readonly string[];
  /** The same as part of a message. */
  readonly searched: string;
  /** The line that installs packages, so that this host finds them. */
  installLine(packages: readonly string[]): string;
  /**
   * The installed plugin that `find` would create.
   *
   * @throws ATC_MISSING_PLUGIN; ATC_INVALID_CONFIG if two packages provide it
   */
  locate(kind: PluginKind, name: string): Promise<InstalledPlugin>;
  /**
   * The absolute path of the entry of an installed package, whether or not it lists plugins; undefined if it is not
   * installed.
   *
   * @throws ATC_UNTRUSTED if other users may change it; ATC_UNSUPPORTED if it has no entry
   */
  packageEntry(name: string): Promise<string | undefined>;
  /** Which files may run code. */
  readonly trust: Trust;
}

/** The search for plugins, and the receiver of warnings. */
export interface PluginHostOptions {
  readonly search: PluginSearch;
  /** Receives each message once. */
  readonly warn: (message: string) => void;
  /** Which packages may run code. Default: by the environment of the process. */
  readonly trust?: Trust;
}

/** The folders in which plugins were looked for, for a message. */
function searchedText({ folders, shell }: Pick<PluginSearch, "folders" | "shell">): string {
  if (folders.length > 0) return `searched: ${folders.join(", ")}`;
  return `searched: nothing, because there is no package.json in ${shell.cwd} or above it`;
}

function missing(kind: string, name: string, installed: readonly InstalledPlugin[], search: PluginSearch): AtcError {
  const here = installed.filter((plugin) => plugin.kind === kind).map((plugin) => plugin.name);
  const listed = here.length === 0 ? "none is installed" : `installed: ${here.join(", ")}`;
  const what = `no installed package provides the ${kind} "${name}" (${listed}; ${searchedText(search)})`;
  const details = { kind, name, installed: here, searched: search.folders };
  const owner = packageOf(kind, name);
  if (owner !== undefined) {
    const packages = [owner];
    const install = installLine(packages, search.target, search.shell);
    return new AtcError("ATC_MISSING_PLUGIN", `${what}; install it with: ${install}`, {
      details: { ...details, packages, install },
    });
  }
  const suggestion = nearest(name, [...here, ...knownNames(kind)]);
  const hint =
    suggestion === undefined
      ? "; a package of your own is found if it is a dependency"
      : `; did you mean "${suggestion}"? A package of your own is found if it is a dependency`;
  return new AtcError("ATC_MISSING_PLUGIN", `${what}${hint} or named under "plugins"`, {
    details: { ...details, ...(suggestion === undefined ? {} : { nearest: suggestion }) },
  });
}

/** The package of ours that was probably meant, with or without its scope. */
function nearestPackage(name: string): string | undefined {
  const unscoped = (one: string): string => one.replace(/^@[^/]*\//, "");
  const found = nearest(unscoped(name), knownPackages().map(unscoped));
  return found === undefined ? undefined : knownPackages().find((one) => unscoped(one) === found);
}

/** The fault of a package under `plugins` that provides no plugin. */
function faultOf({ name, isInstalled }: PluginListing["useless"][number], search: PluginSearch): AtcError {
  if (isInstalled)
    return new AtcError(
      "ATC_INVALID_CONFIG",
      `plugins names "${name}", which is installed but provides no plugin; remove it from plugins, or list its plugins in its package.json under atc.plugins`,
      { details: { path: "plugins", value: name } },
    );
  const what = `plugins names "${name}", which is not installed (${searchedText(search)})`;
  const details = { kind: "package", name, packages: [name], searched: search.folders };
  const suggestion = nearestPackage(name);
  const install = installLine([suggestion ?? name], search.target, search.shell);
  if (suggestion !== undefined && suggestion !== name)
    return new AtcError(
      "ATC_MISSING_PLUGIN",
      `${what}; did you mean "${suggestion}"? Correct the name, and install the package with: ${install}`,
      { details: { ...details, packages: [suggestion], nearest: suggestion, install } },
    );
  const message = `${what}; check the name, or install it with: ${install}`;
  return new AtcError("ATC_MISSING_PLUGIN", message, { details: { ...details, install } });
}

/** The plugin of a name. A package that the configuration names under `plugins` takes precedence over others. */
function choose(
  kind: string,
  name: string,
  installed: readonly InstalledPlugin[],
  search: PluginSearch,
): InstalledPlugin {
  const preferred = new Set(search.roots.flatMap(({ extra }) => extra));
  const fitting = installed.filter((plugin) => plugin.kind === kind && plugin.name === name);
  const named = fitting.filter((plugin) => preferred.has(plugin.packageName));
  const candidates = named.length > 0 ? named : fitting;
  const [first] = candidates;
  if (first === undefined) throw missing(kind, name, installed, search);
  if (candidates.length > 1) {
    const packages = candidates.map((plugin) => plugin.packageName);
    throw new AtcError(
      "ATC_INVALID_CONFIG",
      `${packages.join(" and ")} both provide the ${kind} "${name}"; remove one, or name the one you want under "plugins" in the configuration`,
      { details: { kind, name, packages } },
    );
  }
  return first;
}

/** The functions without which a product of each kind is of no use. */
const requiredFunctions: Readonly<Record<PluginKind, readonly string[]>> = {
  codec: ["encode", "decode"],
  "block-codec": ["encodeBlock", "decodeBlock"],
  "byte-store": ["get", "set", "delete", "list"],
  "array-store": ["lock", "create", "open", "find", "list", "delete"],
  source: ["chunks"],
  "table-reader": ["open"],
  "table-writer": ["create"],
  market: ["symbols", "candles"],
  executor: ["submit"],
  strategy: ["start"],
};

/** Refuses a product that is not an object of its kind, before it is used. */
function checkProduct(plugin: InstalledPlugin, kind: PluginKind, product: unknown): void {
  const members = (typeof product === "object" && product !== null ? product : {}) as Readonly<Record<string, unknown>>;
  const absent = requiredFunctions[kind].find((name) => typeof members[name] !== "function");
  if (absent !== undefined) throw broken(plugin, `what it creates has no function "${absent}"`);
}

/** Refuses a codec whose decoded bytes differ from the encoded ones, before it handles data. */
function proveCodec(plugin: InstalledPlugin, codec: Codec): void {
  for (const length of [0, 1, 1000]) {
    const sample = Uint8Array.from({ length }, (_, i) => (i * i) >> 3);
    let decoded: Uint8Array;
    try {
      decoded = codec.decode(codec.encode(sample));
    } catch (error) {
      throw broken(plugin, `it failed to encode and decode ${length} bytes: ${reasonOf(error)}`, error);
    }
    if (decoded.length !== length || decoded.some((byte, i) => byte !== sample[i])) {
      throw broken(plugin, `it does not give back the ${length} bytes that it encoded`);
    }
  }
}

/** A host over the packages that a search finds. A package is imported when one of its plugins is first used. */
export function createPluginHost({
  search,
  warn,
  trust = createTrust({ env: process.env, cwd: process.cwd() }),
}: PluginHostOptions): InstalledPluginHost {
  let listing: Promise<PluginListing> | undefined;
  const list = (): Promise<PluginListing> => {
    listing ??= installedPlugins(search.roots, trust, search.shell);
    return listing;
  };
  const warned = new Set<string>();
  const host: InstalledPluginHost = {
    folders: search.folders,
    searched: searchedText(search),
    installLine: (packages) => installLine(packages, search.target, search.shell),
    async installed() {
      return (await list()).plugins;
    },
    async faults() {
      return (await list()).useless.map((one) => faultOf(one, search));
    },
    warn(message) {
      if (warned.has(message)) return;
      warned.add(message);
      warn(message);
    },
    trust,
    packageEntry: (name) => packageEntry(search.roots, name, trust),
    async locate(kind, name) {
      return choose(kind, name, await host.installed(), search);
    },
    async find<Kind extends PluginKind>(kind: Kind, name: string, options?: unknown): Promise<PluginProducts[Kind]> {
      const plugin = await host.locate(kind, name);
      checkOptions(plugin, options);
      const loaded = await loadPlugin(plugin);
      let product: PluginProducts[Kind];
      try {
        product = (await loaded.create((options ?? {}) as never, host)) as PluginProducts[Kind];
      } catch (error) {
        if (isAtcError(error)) throw error;
        throw broken(plugin, `it failed to start: ${reasonOf(error)}`, error);
      }
      checkProduct(plugin, kind, product);
      const given: unknown = isJsonObject(product) ? product["name"] : undefined;
      if (typeof given === "string" && given !== name) throw broken(plugin, `what it creates is named "${given}"`);
      if (kind === "codec") proveCodec(plugin, product as Codec);
      return product;
    },
  };
  return host;
}
