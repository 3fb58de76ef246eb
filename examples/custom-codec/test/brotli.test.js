import { describe, it } from "node:test";
import { codecCases } from "@atc/testing";
import { brotli } from "example-custom-codec";

describe("brotli", () => {
  for (const { name, run } of codecCases(() => brotli())) it(name, run);
});
