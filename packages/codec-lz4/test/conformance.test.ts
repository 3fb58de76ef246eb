import { blockCodecCases, codecCases } from "@atc/testing";
import { describe, it } from "vitest";
import { lz4, lz4Block, lz4hcBlock } from "../src/index.ts";
import { plainLz4Block, plainLz4hcBlock } from "../src/lz4-block.ts";

for (const level of [0, 1, 4]) {
  describe(`lz4 is a codec at level ${level}`, () => {
    for (const { name, run } of codecCases(() => lz4({ level }))) it(name, run);
  });
}

describe("lz4Block is a block codec", () => {
  for (const { name, run } of blockCodecCases(() => lz4Block())) it(name, run);
});

for (const [name, create] of [
  ["lz4", plainLz4Block],
  ["lz4hc", plainLz4hcBlock],
] as const) {
  describe(`${name} in TypeScript only is a block codec`, () => {
    for (const { name: title, run } of blockCodecCases(create)) it(title, run);
  });
}

describe("lz4hcBlock is a block codec", () => {
  for (const { name, run } of blockCodecCases(() => lz4hcBlock())) it(name, run);
});
