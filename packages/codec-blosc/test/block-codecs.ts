import type { BlockCodec } from "@atc/contract";
import { lz4Block, lz4hcBlock } from "../../codec-lz4/src/index.ts";
import { snappyBlock } from "../../codec-snappy/src/index.ts";
import { zlibBlock } from "../../codec-zlib/src/index.ts";
import { zstdBlock } from "../../codec-zstd/src/index.ts";
import { blosclzBlock } from "../src/index.ts";

/** All block codecs of this repository. Each test passes some of them to `blosc`. */
export const blockCodecs: readonly BlockCodec[] = [
  lz4Block(),
  lz4hcBlock(),
  zlibBlock(),
  zstdBlock(),
  blosclzBlock(),
  snappyBlock(),
];
