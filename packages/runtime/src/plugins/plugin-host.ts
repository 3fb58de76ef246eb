import { createTrust, type Trust } from "@atc/config";
import type { Codec, Plugin, PluginHost, PluginKind, PluginProducts } from "@atc/contract";
import { AtcError, fromSystemError, nearest, systemFaults, systemNameOf } from "@atc/contract";
import type { InstalledPlugin, PluginRoot } from "./installed-plugins.ts";
import { installedPlugins } from "./installed-plugins.ts";
import { isJsonObject } from "./json-object.ts";
import { installLine, knownNames, packageOf } from "./package-names.ts";

/** A host that finds plugins in installed packages. */
export interface InstalledPluginHost extends PluginHost {
  /** What is installed, without importing it. */
  installed(): Promise<readonly InstalledPlugin[]>;
}

/** Where to look, and how to tell the user something. */
export interface PluginHostOptions {
  /** The roots in the order in which they count. */
  readonly roots: readonly PluginRoot[];
  /** Is told each message once. */
  readonly warn: (message: string) => void;
  /** Whose packages may run code; by the environment of the process if absent. */
  readonly trust?: Trust;
}

function missing(kind: string, name: string, installed: readonly InstalledPlugin[]): AtcError {
  const here = installed.filter((plugin) => plugin.kind === kind).map((plugin) => plugin.name);
  const listed = here.length === 0 ? "none is installed" : `installed: ${here.join(", ")}`;
  const owner = packageOf(kind, name);
  if (owner !== undefined) {
    const packages = [owner];
    return new AtcError(
      "ATC_MISSING_PLUGIN",
      `no installed package brings the ${kind} "${name}" (${listed}); install it with: ${installLine(packages)}`,
      {
        details: { kind, name, packages },
      },
    );
  }
  const suggestion = nearest(name, [...here, ...knownNames(kind)]);
  const hint = suggestion === undefined ? "" : `; did you mean "${suggestion}"?`;
  return new AtcError(
    "ATC_MISSING_PLUGIN",
    `no installed package brings the ${kind} "${name}" (${listed})${hint} A package of your own is found when it is a dependency or named under "plugins"`,
    { details: { kind, name, installed: here, ...(suggestion === undefined ? {} : { nearest: suggestion }) } },
  );
}

/** The one plugin of a name. Those of packages named under `plugins` come first in the list, hence the first root's own order decides only between roots. */
function choose(
  kind: string,
  name: string,
  installed: readonly InstalledPlugin[],
  preferred: ReadonlySet<string>,
): InstalledPlugin {
  const fitting = installed.filter((plugin) => plugin.kind === kind && plugin.name === name);
  const named = fitting.filter((plugin) => preferred.has(plugin.packageName));
  const candidates = named.length > 0 ? named : fitting;
  const [first] = candidates;
  if (first === undefined) throw missing(kind, name, installed);
  if (candidates.length > 1) {
    const packages = candidates.map((plugin) => plugin.packageName);
    throw new AtcError(
      "ATC_INVALID_CONFIG",
      `${packages.join(" and ")} both bring the ${kind} "${name}"; remove one, or name the one you want under "plugins" in the configuration`,
      { details: { kind, name, packages } },
    );
  }
  return first;
}

function broken({ packageName, kind, name }: InstalledPlugin, what: string, cause?: unknown): AtcError {
  return new AtcError(
    "ATC_UNSUPPORTED",
    `the package ${packageName} brings the ${kind} "${name}", but ${what}; update or remove it`,
    { details: { kind, name, package: packageName }, ...(cause === undefined ? {} : { cause }) },
  );
}

function reasonOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}

async function load(plugin: InstalledPlugin): Promise<Plugin> {
  let module: unknown;
  try {
    module = await import(plugin.entry);
  } catch (error) {
    // A machine without descriptors or memory is no fault of the package.
    if (systemFaults.get(systemNameOf(error))?.ofMachine === true)
      throw fromSystemError(error, `cannot load the package ${plugin.packageName}`, "");
    throw broken(plugin, `importing it failed: ${reasonOf(error)}`, error);
  }
  const listed: unknown =
    isJsonObject(module) || (typeof module === "object" && module !== null)
      ? (module as { default?: unknown }).default
      : undefined;
  const found = Array.isArray(listed)
    ? (listed as readonly Plugin[]).find((one) => one.kind === plugin.kind && one.name === plugin.name)
    : undefined;
  if (found === undefined || typeof found.create !== "function")
    throw broken(plugin, "its default export does not list it");
  return found;
}

/** Refuses a codec that does not give back what it was given, before it is trusted with data. */
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

/** Makes a host over the packages of `roots`. Packages are imported only when one of their plugins is asked for. */
export function createPluginHost({
  roots,
  warn,
  trust = createTrust({ env: process.env, cwd: process.cwd() }),
}: PluginHostOptions): InstalledPluginHost {
  let listing: Promise<readonly InstalledPlugin[]> | undefined;
  const preferred = new Set(roots.flatMap((root) => root.extra));
  const told = new Set<string>();
  const host: InstalledPluginHost = {
    installed() {
      listing ??= installedPlugins(roots, trust);
      return listing;
    },
    warn(message) {
      if (told.has(message)) return;
      told.add(message);
      warn(message);
    },
    async find<Kind extends PluginKind>(kind: Kind, name: string, options?: unknown): Promise<PluginProducts[Kind]> {
      const plugin = choose(kind, name, await host.installed(), preferred);
      const loaded = await load(plugin);
      let product: PluginProducts[Kind];
      try {
        product = (await loaded.create((options ?? {}) as never, host)) as PluginProducts[Kind];
      } catch (error) {
        if (error instanceof Error && error.name === "AtcError") throw error;
        throw broken(plugin, `it failed to start: ${reasonOf(error)}`, error);
      }
      const given: unknown = isJsonObject(product) ? product["name"] : undefined;
      if (typeof given === "string" && given !== name) throw broken(plugin, `what it makes calls itself "${given}"`);
      if (kind === "codec") proveCodec(plugin, product as Codec);
      return product;
    },
  };
  return host;
}
