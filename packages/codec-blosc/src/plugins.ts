import { type BlockCodec, type Codec, isAtcError, type Plugin, type PluginHost } from "@atc/contract";
import { type BloscOptions, blosc, checkOptions } from "./blosc.ts";
import { blosclzBlock } from "./blosclz/blosclz-block.ts";
import { type BloscCname, cnames } from "./layout/algorithms.ts";
import { withPreset } from "./layout/preset.ts";

/** The default algorithms, the fastest first. If none is installed, blosclz encodes, which is built in. */
const preferred: readonly BloscCname[] = ["lz4", "zstd", "zlib"];

async function findInstalled(cname: BloscCname, host: PluginHost): Promise<BlockCodec | undefined> {
  try {
    return await host.find("block-codec", cname);
  } catch (error) {
    if (isAtcError(error, "ATC_MISSING_PLUGIN")) return undefined;
    throw error;
  }
}

async function findWriter(cname: BloscCname | undefined, host: PluginHost): Promise<BlockCodec> {
  if (cname === "blosclz") return blosclzBlock();
  if (cname !== undefined) return host.find("block-codec", cname);
  for (const name of preferred) {
    const codec = await findInstalled(name, host);
    if (codec !== undefined) return codec;
  }
  return blosclzBlock();
}

/**
 * All installed algorithms: a frame may have another algorithm than the writer, and `decode` cannot wait for an import.
 */
async function findReaders(host: PluginHost): Promise<readonly BlockCodec[]> {
  const readable = cnames.filter((cname) => cname !== "lz4hc" && cname !== "blosclz");
  const codecs = await Promise.all(readable.map((cname) => findInstalled(cname, host)));
  return codecs.filter((codec) => codec !== undefined);
}

async function create(options: BloscOptions | undefined, host: PluginHost): Promise<Codec> {
  checkOptions(options ?? {});
  const writer = await findWriter(withPreset(options ?? {}).cname, host);
  return blosc(options ?? {}, [writer, ...(await findReaders(host))]);
}

const codec: Plugin<"codec", BloscOptions | undefined> = { kind: "codec", name: "blosc", create };

const blockCodec: Plugin<"block-codec", undefined> = { kind: "block-codec", name: "blosclz", create: blosclzBlock };

/**
 * The codec `blosc`, which takes {@link BloscOptions} and requests block codecs from its host, and the block codec
 * `blosclz`.
 */
export const plugins: readonly Plugin[] = [codec, blockCodec];
