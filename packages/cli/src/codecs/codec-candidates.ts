import type { Codec, JsonObject } from "@atc/contract";
import type { InstalledPluginHost } from "@atc/runtime";

/** A codec with certain options. */
export interface CodecCandidate {
  /** The codec and its options, for people. */
  readonly title: string;
  readonly name: string;
  /** The options that it is created with. */
  readonly options: JsonObject;
  /** The configuration that selects it; undefined if no configuration can. */
  readonly config: JsonObject | undefined;
}

const levels = [1, 5, 9];
/** The algorithms of Blosc. In a configuration, their names select a Blosc frame. */
const bloscAlgorithms = ["blosclz", "lz4", "lz4hc", "zlib", "zstd", "snappy"];
/** Codecs with levels from 0 to 9. */
const leveled = ["zlib", "zstd"];

function bloscCandidates(blockCodecs: readonly string[]): readonly CodecCandidate[] {
  const installed = bloscAlgorithms.filter((cname) => blockCodecs.includes(cname));
  const leveledFrames = installed.flatMap((cname) =>
    (cname === "snappy" ? [5] : levels).map((clevel) => ({
      title: `blosc ${cname} ${clevel}`,
      name: "blosc",
      options: { cname, clevel },
      config: { useCompression: true, compressionAlgorithm: cname, compressionLevel: clevel },
    })),
  );
  const bits = installed.map((cname) => ({
    title: `blosc ${cname} 5 bitshuffle`,
    name: "blosc",
    options: { cname, clevel: 5, shuffle: "bitshuffle" },
    config: undefined,
  }));
  const fast = installed.includes("zstd")
    ? [{ title: "blosc fast", name: "blosc", options: { preset: "fast" }, config: undefined }]
    : [];
  return [...leveledFrames, ...bits, ...fast];
}

function standaloneCandidates(name: string): readonly CodecCandidate[] {
  if (leveled.includes(name))
    return levels.map((level) => ({ title: `${name} ${level}`, name, options: { level }, config: undefined }));
  const config = bloscAlgorithms.includes(name) ? undefined : { useCompression: true, compressionAlgorithm: name };
  return [{ title: name, name, options: {}, config }];
}

/** Every installed codec with the options that a user would choose from. */
export async function codecCandidates(host: InstalledPluginHost): Promise<readonly CodecCandidate[]> {
  const plugins = await host.installed();
  const namesOf = (kind: string): readonly string[] => [
    ...new Set(plugins.filter((plugin) => plugin.kind === kind).map(({ name }) => name)),
  ];
  const blockCodecs = namesOf("block-codec");
  return namesOf("codec").flatMap((name) =>
    name === "blosc" ? bloscCandidates(blockCodecs) : standaloneCandidates(name),
  );
}

/** Every installed codec with its default options. A codec that does not start is left out. */
export async function installedCodecs(host: InstalledPluginHost): Promise<readonly Codec[]> {
  const names = (await host.installed()).filter(({ kind }) => kind === "codec").map(({ name }) => name);
  const codecs = await Promise.all([...new Set(names)].map((name) => host.find("codec", name).catch(() => undefined)));
  return codecs.filter((codec) => codec !== undefined);
}
