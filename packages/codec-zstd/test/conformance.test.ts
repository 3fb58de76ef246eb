import { blockCodecCases, codecCases } from "@atc/testing";
import { describe, it } from "vitest";
import { zstd, zstdBlock } from "../src/index.ts";

for (const level of [-5, 3, 9]) {
  describe(`zstd is a codec at level ${level}`, () => {
    for (const { name, run } of codecCases(() => zstd({ level }))) it(name, run);
  });
}

describe("zstdBlock is a block codec", () => {
  for (const { name, run } of blockCodecCases(() => zstdBlock())) it(name, run);
});
