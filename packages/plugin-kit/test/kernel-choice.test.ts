import { afterEach, describe, expect, it } from "vitest";
import { chooseKernel } from "../src/index.ts";

const given = process.env["ATC_KERNEL"];
const choose = (value: string | undefined, wasm: string | undefined): string => {
  if (value === undefined) delete process.env["ATC_KERNEL"];
  else process.env["ATC_KERNEL"] = value;
  return chooseKernel({ wasm: () => wasm, reference: () => "TypeScript", needs: "SIMD" });
};

describe("the choice of a kernel", () => {
  afterEach(() => {
    if (given === undefined) delete process.env["ATC_KERNEL"];
    else process.env["ATC_KERNEL"] = given;
  });

  it.each([
    [undefined, "WebAssembly", "WebAssembly"],
    ["", "WebAssembly", "WebAssembly"],
    ["wasm", "WebAssembly", "WebAssembly"],
    ["reference", "WebAssembly", "TypeScript"],
    [undefined, undefined, "TypeScript"],
  ])("with ATC_KERNEL %s and WebAssembly %s is %s", (value, wasm, expected) => {
    expect(choose(value, wasm)).toBe(expected);
  });

  it("says what WebAssembly needs if it is demanded and cannot run", () => {
    expect(() => choose("wasm", undefined)).toThrow(
      expect.objectContaining({ code: "ATC_UNSUPPORTED", message: expect.stringContaining("it needs SIMD;") }),
    );
  });

  it("refuses another kernel by name", () => {
    expect(() => choose("fast", "WebAssembly")).toThrow(
      expect.objectContaining({ code: "ATC_INVALID_ARGUMENT", details: { variable: "ATC_KERNEL", value: "fast" } }),
    );
  });
});
