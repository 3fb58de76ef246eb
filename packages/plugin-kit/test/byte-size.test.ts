import { expect, it } from "vitest";
import { parseByteSize } from "../src/index.ts";

it.each([
  ["1048576", 1_048_576],
  ["500MB", 500_000_000],
  [" 2 GiB ", 2_147_483_648],
  ["1.5k", 1500],
  ["0.5kib", 512],
  ["1TB", 1e12],
  ["7b", 7],
] as const)("%s is %i bytes", (text, bytes) => {
  expect(parseByteSize(text)).toBe(bytes);
});

it.each(["", "GiB", "-1MB", "0", "0.1", "1e9", "2 XB", "1Gi", "1,5GB", "10000000TB", "2GiB x", "constructor"])(
  "%s is not a size",
  (text) => {
    expect(parseByteSize(text)).toBeUndefined();
  },
);
