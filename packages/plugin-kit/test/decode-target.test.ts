import { isAtcError } from "@atc/contract";
import { expect, it } from "vitest";
import { decodeTarget } from "../src/index.ts";

function codeOf(run: () => unknown): string | undefined {
  try {
    run();
  } catch (error) {
    return isAtcError(error) ? error.code : String(error);
  }
  return undefined;
}

it("returns the target itself if it has the length", () => {
  const target = new Uint8Array(3);
  expect(decodeTarget("zlib", 3, { target })).toBe(target);
});

it("allocates without a target", () => {
  expect(decodeTarget("zlib", 5)).toEqual(new Uint8Array(5));
  expect(decodeTarget("zlib", 0, {})).toHaveLength(0);
});

it("refuses a length over the limit before a target of another length", () => {
  expect(codeOf(() => decodeTarget("zlib", 9, { maxLength: 8, target: new Uint8Array(1) }))).toBe("ATC_CORRUPT_DATA");
  expect(codeOf(() => decodeTarget("zlib", 2 ** 31))).toBe("ATC_CORRUPT_DATA");
  expect(codeOf(() => decodeTarget("zlib", 8, { maxLength: 8, target: new Uint8Array(7) }))).toBe(
    "ATC_INVALID_ARGUMENT",
  );
});
