import type { AtcConfig } from "@atc/config";
import type { Codec } from "@atc/contract";
import { AtcError, isAtcError, nearest } from "@atc/contract";
import { bloscPackages, installLine, packageOf } from "../plugins/package-names.ts";
import type { InstalledPluginHost } from "../plugins/plugin-host.ts";

/** What decides how cache entries are compressed. */
export type CompressionConfig = Pick<AtcConfig, "useCompression" | "compressionAlgorithm" | "compressionLevel">;

async function bloscCodec(host: InstalledPluginHost, cname: string, clevel: number): Promise<Codec> {
  try {
    return await host.find("codec", "blosc", { cname, clevel });
  } catch (error) {
    if (!isAtcError(error, "ATC_MISSING_PLUGIN")) throw error;
    const packages = bloscPackages[cname] ?? [];
    throw new AtcError(
      "ATC_MISSING_PLUGIN",
      `compression with "${cname}" needs ${packages.join(" and ")}; install with: ${installLine(packages)}`,
      {
        cause: error,
        details: { kind: "codec", name: cname, packages },
      },
    );
  }
}

/** blosclz where it can be written; else lz4 with one notice; else what to install. */
async function defaultCodec(host: InstalledPluginHost, clevel: number): Promise<Codec> {
  try {
    return await bloscCodec(host, "blosclz", clevel);
  } catch (error) {
    if (!isAtcError(error, "ATC_UNSUPPORTED") && !isAtcError(error, "ATC_MISSING_PLUGIN")) throw error;
  }
  const codec = await bloscCodec(host, "lz4", clevel);
  host.warn(
    '"blosclz" cannot be written by the installed @atc/codec-blosc; cache entries are compressed with "lz4"; set compressionAlgorithm: lz4 to silence this',
  );
  return codec;
}

/**
 * The codec that the configuration asks for; undefined where it asks for none. An algorithm of Blosc gives Blosc frames, another name the codec plugin of that
 * name, which is handed `{ level }`.
 *
 * @throws ATC_MISSING_PLUGIN with the line that installs what is missing; ATC_INVALID_CONFIG for a name that nothing has.
 */
export async function findCodec(config: CompressionConfig, host: InstalledPluginHost): Promise<Codec | undefined> {
  if (!config.useCompression) return undefined;
  const { compressionAlgorithm: name, compressionLevel: level } = config;
  if (name === "blosclz") return defaultCodec(host, level);
  if (Object.hasOwn(bloscPackages, name)) return bloscCodec(host, name, level);
  const installed = (await host.installed()).filter(({ kind }) => kind === "codec").map((plugin) => plugin.name);
  // A codec of ours that is not installed is told with the line that installs it.
  if (installed.includes(name) || packageOf("codec", name) !== undefined) return host.find("codec", name, { level });
  const names = [...new Set([...Object.keys(bloscPackages), ...installed])];
  const suggestion = nearest(name, names);
  throw new AtcError(
    "ATC_INVALID_CONFIG",
    `compressionAlgorithm is "${name}", which no installed package brings${suggestion === undefined ? "" : `; did you mean "${suggestion}"?`} Algorithms of Blosc: ${Object.keys(bloscPackages).join(", ")}; codec plugins installed: ${installed.join(", ") || "none"}`,
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

/** Every installed codec, to read entries that were written under another setting. One that does not start is told of and left out. */
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
