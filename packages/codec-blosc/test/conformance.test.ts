import { codecCases } from "@atc/testing";
import { describe, it } from "vitest";
import { type BloscOptions, blosc } from "../src/index.ts";
import { blockCodecs } from "./block-codecs.ts";

const variants: readonly BloscOptions[] = [
  { cname: "lz4" },
  { cname: "lz4hc", shuffle: "bitshuffle", clevel: 3 },
  { cname: "zlib", shuffle: "noshuffle", clevel: 1 },
  { cname: "zlib", shuffle: "bitshuffle", blocksize: 4096 },
  { cname: "zstd", clevel: 1 },
  { cname: "lz4", clevel: 0 },
];

for (const options of variants) {
  describe(`blosc is a codec with ${JSON.stringify(options)}`, () => {
    for (const { name, run } of codecCases(() => blosc(options, blockCodecs))) it(name, run);
  });
}
