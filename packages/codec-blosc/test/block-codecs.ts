import type { BlockCodec } from "@atc/contract";
import { lz4Block, lz4hcBlock } from "../../codec-lz4/src/index.ts";
import { snappyBlock } from "../../codec-snappy/src/index.ts";
import { zlibBlock } from "../../codec-zlib/src/index.ts";
import { zstdBlock } from "../../codec-zstd/src/index.ts";
import { blosclzBlock } from "../src/index.ts";

/** Every block codec of this repository; each test hands some of them to `blosc`. */
export const blockCodecs: readonly BlockCodec[] = [
  lz4Block(),
  lz4hcBlock(),
  zlibBlock(),
  zstdBlock(),
  blosclzBlock(),
  snappyBlock(),
];
