import type { Plugin } from "@atc/contract";
import { type Lz4Options, lz4 } from "./lz4.ts";
import { lz4Block, lz4hcBlock } from "./lz4-block.ts";

const codec: Plugin<"codec", Lz4Options | undefined> = { kind: "codec", name: "lz4", create: lz4 };
const fast: Plugin<"block-codec", undefined> = { kind: "block-codec", name: "lz4", create: lz4Block };
const chained: Plugin<"block-codec", undefined> = { kind: "block-codec", name: "lz4hc", create: lz4hcBlock };

/** The codec `lz4`, which takes {@link Lz4Options}, and the block codecs `lz4` and `lz4hc`. */
export const plugins: readonly Plugin[] = [codec, fast, chained];
