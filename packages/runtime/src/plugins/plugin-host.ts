import { createTrust, type Trust } from "@atc/config";
import type { Codec, PluginHost, PluginKind, PluginProducts } from "@atc/contract";
import { AtcError, isAtcError, nearest } from "@atc/contract";
import type { InstalledPlugin, PluginRoot } from "./installed-plugins.ts";
import { installedPlugins } from "./installed-plugins.ts";
import { isJsonObject } from "./json-object.ts";
import { installLine, knownNames, packageOf } from "./package-names.ts";
import { broken, loadPlugin, reasonOf } from "./plugin-loading.ts";
import { checkOptions } from "./plugin-options.ts";

/** A host that finds plugins in installed packages. */
export interface InstalledPluginHost extends PluginHost {
  /** The installed plugins by their manifests. Imports none of them. */
  installed(): Promise<readonly InstalledPlugin[]>;
  /**
   * The installed plugin that `find` would create.
   *
   * @throws ATC_MISSING_PLUGIN; ATC_INVALID_CONFIG if two packages provide it
   */
  locate(kind: PluginKind, name: string): Promise<InstalledPlugin>;
}

/** The packages that may have plugins, and the receiver of warnings. */
export interface PluginHostOptions {
  /** The roots, in the order of precedence. */
  readonly roots: readonly PluginRoot[];
  /** Receives each message once. */
  readonly warn: (message: string) => void;
  /** Which packages may run code. Default: by the environment of the process. */
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
      `no installed package provides the ${kind} "${name}" (${listed}); install it with: ${installLine(packages)}`,
      {
        details: { kind, name, packages },
      },
    );
  }
  const suggestion = nearest(name, [...here, ...knownNames(kind)]);
  const hint =
    suggestion === undefined
      ? "; a package of your own is found if it is a dependency"
      : `; did you mean "${suggestion}"? A package of your own is found if it is a dependency`;
  return new AtcError(
    "ATC_MISSING_PLUGIN",
    `no installed package provides the ${kind} "${name}" (${listed})${hint} or named under "plugins"`,
    { details: { kind, name, installed: here, ...(suggestion === undefined ? {} : { nearest: suggestion }) } },
  );
}

/** The plugin of a name. A package that the configuration names under `plugins` takes precedence over others. */
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
  "table-writer": ["create"],
  executor: ["submit"],
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

/** A host over the packages of `roots`. A package is imported when one of its plugins is first used. */
export function createPluginHost({
  roots,
  warn,
  trust = createTrust({ env: process.env, cwd: process.cwd() }),
}: PluginHostOptions): InstalledPluginHost {
  let listing: Promise<readonly InstalledPlugin[]> | undefined;
  const preferred = new Set(roots.flatMap((root) => root.extra));
  const warned = new Set<string>();
  const host: InstalledPluginHost = {
    installed() {
      listing ??= installedPlugins(roots, trust);
      return listing;
    },
    warn(message) {
      if (warned.has(message)) return;
      warned.add(message);
      warn(message);
    },
    async locate(kind, name) {
      return choose(kind, name, await host.installed(), preferred);
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
