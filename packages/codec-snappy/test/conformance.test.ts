import { blockCodecCases, codecCases } from "@atc/testing";
import { describe, it } from "vitest";
import { snappy, snappyBlock } from "../src/index.ts";

describe("snappy is a codec", () => {
  for (const { name, run } of codecCases(() => snappy())) it(name, run);
});

describe("snappyBlock is a block codec", () => {
  for (const { name, run } of blockCodecCases(() => snappyBlock())) it(name, run);
});
