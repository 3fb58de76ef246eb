import type { Plugin } from "@atc/contract";
import { type ZlibOptions, zlib } from "./zlib.ts";
import { zlibBlock } from "./zlib-block.ts";

const codec: Plugin<"codec", ZlibOptions | undefined> = { kind: "codec", name: "zlib", create: zlib };
const blockCodec: Plugin<"block-codec", undefined> = { kind: "block-codec", name: "zlib", create: zlibBlock };

/** The codec `zlib`, which takes {@link ZlibOptions}, and the block codec `zlib`. */
export const plugins: readonly Plugin[] = [codec, blockCodec];
