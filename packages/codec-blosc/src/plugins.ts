import { type BlockCodec, type Codec, isAtcError, type Plugin, type PluginHost } from "@atc/contract";
import { type BloscOptions, blosc, checkOptions } from "./blosc.ts";
import { blosclzBlock } from "./blosclz/blosclz-block.ts";
import { type BloscCname, cnames } from "./layout/algorithms.ts";
import { withPreset } from "./layout/preset.ts";

/** What encodes where nobody says, the fastest first; blosclz, which needs no other package, where none is installed. */
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

/** Every installed algorithm, so that a frame of another algorithm than the writer's decodes too: `decode` cannot wait for an import. */
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

/** The codec `blosc`, which takes {@link BloscOptions} and asks its host for the block codecs, and the block codec `blosclz`. */
export const plugins: readonly Plugin[] = [codec, blockCodec];
