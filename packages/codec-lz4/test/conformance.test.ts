import { blockCodecCases, codecCases } from "@atc/testing";
import { describe, it } from "vitest";
import { lz4, lz4Block, lz4hcBlock } from "../src/index.ts";

for (const level of [0, 1, 4]) {
  describe(`lz4 is a codec at level ${level}`, () => {
    for (const { name, run } of codecCases(() => lz4({ level }))) it(name, run);
  });
}

describe("lz4Block is a block codec", () => {
  for (const { name, run } of blockCodecCases(() => lz4Block())) it(name, run);
});

describe("lz4hcBlock is a block codec", () => {
  for (const { name, run } of blockCodecCases(() => lz4hcBlock())) it(name, run);
});
