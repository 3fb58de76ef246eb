import { readFileSync } from "node:fs";
import { deflateSync } from "node:zlib";
import { isAtcError, type PluginManifest } from "@atc/contract";
import { describe, expect, it } from "vitest";
import plugins, { zlib, zlibBlock } from "../src/index.ts";

function codeOf(run: () => unknown): string {
  try {
    run();
  } catch (error) {
    return isAtcError(error) ? error.code : String(error);
  }
  return "no error";
}

const content = new TextEncoder().encode("time,open,high,low,close;".repeat(4000));

describe("zlib", () => {
  it("refuses a level out of range", () => {
    for (const level of [-1, 10, 1.5, Number.NaN]) expect(codeOf(() => zlib({ level }))).toBe("ATC_INVALID_ARGUMENT");
  });

  it("compresses by its level", () => {
    const lengths = [0, 1, 9].map((level) => zlib({ level }).encode(content).length);
    expect(lengths[0]).toBeGreaterThan(content.length);
    expect(lengths[1]).toBeLessThan(content.length);
    expect(lengths[2]).toBeLessThanOrEqual(lengths[1] as number);
  });

  it("reads what Python's zlib.compress wrote", () => {
    const python = Uint8Array.from(Buffer.from("eJwrSy0qzszPsyo2MtcxsjIGAC2FBOg=", "base64"));
    expect(zlib().decode(python)).toEqual(new TextEncoder().encode("version:s27,2:3"));
  });

  it("detects every flipped bit by its checksum", () => {
    const encoded = zlib().encode(Uint8Array.from({ length: 300 }, (_, i) => (i * i * 31) & 255));
    for (let at = 2; at < encoded.length; at++) {
      const damaged = encoded.slice();
      damaged[at] = (damaged[at] as number) ^ 1;
      expect(codeOf(() => zlib().decode(damaged))).toBe("ATC_CORRUPT_DATA");
    }
  });

  it("stops a bomb at maxLength", () => {
    const bomb = new Uint8Array(deflateSync(Buffer.alloc(64 * 2 ** 20)));
    expect(bomb.length).toBeLessThan(100_000);
    expect(codeOf(() => zlib().decode(bomb, { maxLength: 1000 }))).toBe("ATC_CORRUPT_DATA");
    expect(codeOf(() => zlib().decode(bomb, { target: new Uint8Array(1000) }))).toBe("ATC_INVALID_ARGUMENT");
    expect(codeOf(() => zlibBlock().decodeBlock(bomb, new Uint8Array(1000)))).toBe("ATC_CORRUPT_DATA");
  });
});

it("lists its plugins in package.json", () => {
  const manifest = JSON.parse(readFileSync(new URL("../package.json", import.meta.url), "utf8"));
  expect((manifest.atc as PluginManifest).plugins.map(({ kind, name }) => ({ kind, name }))).toEqual(
    plugins.map(({ kind, name }) => ({ kind, name })),
  );
});
