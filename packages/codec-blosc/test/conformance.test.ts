import { codecCases } from "@atc/testing";
import { describe, it } from "vitest";
import { zlibBlock } from "../../codec-zlib/src/index.ts";
import { type BloscOptions, blosc } from "../src/index.ts";

const variants: readonly BloscOptions[] = [
  { cname: "zlib" },
  { cname: "zlib", shuffle: "noshuffle", clevel: 1 },
  { cname: "zlib", shuffle: "bitshuffle", blocksize: 4096 },
  { cname: "zlib", clevel: 0 },
];

for (const options of variants) {
  describe(`blosc is a codec with ${JSON.stringify(options)}`, () => {
    for (const { name, run } of codecCases(() => blosc(options, [zlibBlock()]))) it(name, run);
  });
}
