import { blockCodecCases, codecCases } from "@atc/testing";
import { describe, it } from "vitest";
import { zlib, zlibBlock } from "../src/index.ts";

describe("zlib is a codec", () => {
  for (const { name, run } of codecCases(() => zlib())) it(name, run);
});

describe("zlibBlock is a block codec", () => {
  for (const { name, run } of blockCodecCases(() => zlibBlock())) it(name, run);
});
