import type { AtcConfig } from "@atc/config";
import type { Codec } from "@atc/contract";
import { AtcError, isAtcError, nearest } from "@atc/contract";
import { bloscPackages, packageOf } from "../plugins/package-names.ts";
import type { InstalledPluginHost } from "../plugins/plugin-host.ts";
import { takesOption } from "../plugins/plugin-options.ts";

/** The configuration keys that select the compression of cache entries. */
export type CompressionConfig = Pick<AtcConfig, "useCompression" | "compressionAlgorithm" | "compressionLevel">;

async function bloscCodec(host: InstalledPluginHost, cname: string, clevel: number): Promise<Codec> {
  try {
    return await host.find("codec", "blosc", { cname, clevel });
  } catch (error) {
    if (!isAtcError(error, "ATC_MISSING_PLUGIN")) throw error;
    throw await missingCodec(host, { name: cname, needed: bloscPackages[cname] ?? [], cause: error });
  }
}

/** The error for an algorithm that needs packages, some of which are not installed. */
async function missingCodec(
  host: InstalledPluginHost,
  { name, needed, cause }: { readonly name: string; readonly needed: readonly string[]; readonly cause: unknown },
): Promise<AtcError> {
  const installed = new Set((await host.installed()).map(({ packageName }) => packageName));
  const lacking = needed.filter((one) => !installed.has(one));
  // A package that is there but lacks the plugin is an old one.
  const packages = lacking.length > 0 ? lacking : needed;
  const install = host.installLine(packages);
  const present = needed.filter((one) => !packages.includes(one));
  const having = present.length === 0 ? "" : `, of which ${packages.join(" and ")} is missing`;
  return new AtcError(
    "ATC_MISSING_PLUGIN",
    `compression with "${name}" needs ${needed.join(" and ")}${having} (${host.searched}); install with: ${install}`,
    { cause, details: { kind: "codec", name, packages, searched: host.folders, install } },
  );
}

/** blosclz if the installed package can write it, or else lz4 with a warning. */
async function defaultCodec(host: InstalledPluginHost, clevel: number): Promise<Codec> {
  try {
    return await bloscCodec(host, "blosclz", clevel);
  } catch (error) {
    if (!isAtcError(error, "ATC_UNSUPPORTED")) throw error;
  }
  const codec = await bloscCodec(host, "lz4", clevel);
  host.warn(
    '"blosclz" cannot be written by the installed @atc/codec-blosc; cache entries are compressed with "lz4"; set compressionAlgorithm: lz4 to silence this',
  );
  return codec;
}

/**
 * The codec that the configuration selects; undefined if it turns compression off. An algorithm of Blosc gives Blosc
 * frames. Any other name is a codec plugin, which receives `{ level }` if its manifest declares that option.
 *
 * @throws ATC_MISSING_PLUGIN with the command that installs what is missing; ATC_INVALID_CONFIG for an unknown name
 */
export async function findCodec(config: CompressionConfig, host: InstalledPluginHost): Promise<Codec | undefined> {
  if (!config.useCompression) return undefined;
  const { compressionAlgorithm: name, compressionLevel: level } = config;
  if (name === "blosclz") return defaultCodec(host, level);
  if (Object.hasOwn(bloscPackages, name)) return bloscCodec(host, name, level);
  const installed = (await host.installed()).filter(({ kind }) => kind === "codec");
  const plugin = installed.find((one) => one.name === name);
  if (plugin !== undefined) return host.find("codec", name, takesOption(plugin, "level") ? { level } : {});
  // For a codec of this repository that is not installed, the host's error has the command that installs it.
  if (packageOf("codec", name) !== undefined) return host.find("codec", name);
  throw unknownAlgorithm(
    name,
    installed.map((one) => one.name),
    host,
  );
}

function unknownAlgorithm(name: string, installed: readonly string[], host: InstalledPluginHost): AtcError {
  const algorithms = Object.keys(bloscPackages);
  const suggestion = nearest(name, [...algorithms, ...installed]);
  const hint = suggestion === undefined ? "algorithms" : `did you mean "${suggestion}"? Algorithms`;
  return new AtcError(
    "ATC_INVALID_CONFIG",
    `compressionAlgorithm is "${name}", which no installed package provides (${host.searched}); ${hint} of Blosc: ${algorithms.join(", ")}; installed codec plugins: ${installed.join(", ") || "none"}`,
    {
      details: {
        path: "compressionAlgorithm",
        value: name,
        installed,
        ...(suggestion === undefined ? {} : { nearest: suggestion }),
      },
    },
  );
}

/**
 * All installed codecs, to read entries of other settings. A codec that does not start gives a warning and is left out.
 */
export async function installedCodecs(host: InstalledPluginHost): Promise<readonly Codec[]> {
  const plugins = (await host.installed()).filter(({ kind }) => kind === "codec");
  const codecs = await Promise.all(
    plugins.map(({ name }) =>
      host.find("codec", name).catch((error: unknown) => {
        host.warn(
          `entries of the codec "${name}" cannot be read: ${error instanceof Error ? error.message : String(error)}`,
        );
        return undefined;
      }),
    ),
  );
  return codecs.filter((codec) => codec !== undefined);
}
