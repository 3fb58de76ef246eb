import type { Plugin } from "@atc/contract";
import { type ZstdOptions, zstd } from "./zstd.ts";
import { zstdBlock } from "./zstd-block.ts";

const codec: Plugin<"codec", ZstdOptions | undefined> = { kind: "codec", name: "zstd", create: zstd };
const blockCodec: Plugin<"block-codec", undefined> = { kind: "block-codec", name: "zstd", create: zstdBlock };

/** The codec `zstd`, which takes {@link ZstdOptions}, and the block codec `zstd`. */
export const plugins: readonly Plugin[] = [codec, blockCodec];
