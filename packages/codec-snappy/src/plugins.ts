import type { Plugin } from "@atc/contract";
import { snappy } from "./snappy.ts";
import { snappyBlock } from "./snappy-block.ts";

const codec: Plugin<"codec", undefined> = { kind: "codec", name: "snappy", create: () => snappy() };
const blockCodec: Plugin<"block-codec", undefined> = { kind: "block-codec", name: "snappy", create: snappyBlock };

/** The codec `snappy` and the block codec `snappy`. */
export const plugins: readonly Plugin[] = [codec, blockCodec];
