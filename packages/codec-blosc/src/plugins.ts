import { AtcError, type BlockCodec, type Codec, isAtcError, type Plugin, type PluginHost } from "@atc/contract";
import { type BloscCname, bloscAlgorithms, cnames } from "./algorithms.ts";
import { type BloscOptions, blosc, checkOptions } from "./blosc.ts";

/** What encodes where nobody says, the fastest first. */
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
  if (cname !== undefined) return host.find("block-codec", cname);
  for (const name of preferred) {
    const codec = await findInstalled(name, host);
    if (codec !== undefined) return codec;
  }
  throw new AtcError(
    "ATC_MISSING_PLUGIN",
    `blosc: no block codec is installed; install one: pnpm add ${bloscAlgorithms.lz4.package}`,
    { details: { cname: "lz4" } },
  );
}

/** Every installed algorithm, so that a frame of another algorithm than the writer's decodes too: `decode` cannot wait for an import. */
async function findReaders(host: PluginHost): Promise<readonly BlockCodec[]> {
  const readable = cnames.filter((cname) => cname !== "lz4hc");
  const codecs = await Promise.all(readable.map((cname) => findInstalled(cname, host)));
  return codecs.filter((codec) => codec !== undefined);
}

async function create(options: BloscOptions | undefined, host: PluginHost): Promise<Codec> {
  checkOptions(options ?? {});
  const writer = await findWriter(options?.cname, host);
  return blosc(options ?? {}, [writer, ...(await findReaders(host))]);
}

const codec: Plugin<"codec", BloscOptions | undefined> = { kind: "codec", name: "blosc", create };

/** The codec `blosc`, which takes {@link BloscOptions} and asks its host for the block codecs. */
export const plugins: readonly Plugin[] = [codec];
