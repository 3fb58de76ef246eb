import { blockCodecCases, codecCases } from "@atc/testing";
import { describe, it } from "vitest";
import { type BloscOptions, blosc, blosclzBlock } from "../src/index.ts";
import { blockCodecs } from "./block-codecs.ts";

describe("blosclzBlock is a block codec", () => {
  for (const { name, run } of blockCodecCases(() => blosclzBlock())) it(name, run);
});

const variants: readonly BloscOptions[] = [
  { cname: "blosclz" },
  { cname: "blosclz", shuffle: "bitshuffle", clevel: 9 },
  { cname: "lz4" },
  { cname: "lz4hc", shuffle: "bitshuffle", clevel: 3 },
  { cname: "zlib", shuffle: "noshuffle", clevel: 1 },
  { cname: "zlib", shuffle: "bitshuffle", blocksize: 4096 },
  { cname: "zstd", clevel: 1 },
  { cname: "snappy" },
  { cname: "lz4", clevel: 0 },
];

for (const options of variants) {
  describe(`blosc is a codec with ${JSON.stringify(options)}`, () => {
    for (const { name, run } of codecCases(() => blosc(options, blockCodecs))) it(name, run);
  });
}
