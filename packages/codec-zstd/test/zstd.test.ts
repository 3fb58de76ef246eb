import { type ExecFileSyncOptionsWithBufferEncoding, execFileSync, spawnSync } from "node:child_process";
import { readFileSync } from "node:fs";
import { isAtcError, type PluginManifest } from "@atc/contract";
import { describe, expect, it } from "vitest";
import plugins, { zstd, zstdBlock } from "../src/index.ts";

function codeOf(run: () => unknown): string {
  try {
    run();
  } catch (error) {
    return isAtcError(error) ? error.code : String(error);
  }
  return "no error";
}

const content = new TextEncoder().encode("time,open,high,low,close;".repeat(4000));

describe("zstd", () => {
  it("refuses a level out of range", () => {
    for (const level of [-8, 23, 1.5, Number.NaN]) expect(codeOf(() => zstd({ level }))).toBe("ATC_INVALID_ARGUMENT");
  });

  it("treats level 0 as the default of Zstandard, 3", () => {
    expect(zstd({ level: 0 }).encode(content)).toEqual(zstd({ level: 3 }).encode(content));
    expect(zstd().encode(content)).toEqual(zstd({ level: 3 }).encode(content));
  });

  it("writes the length and checksum of the content into every frame", () => {
    for (const length of [0, 1, 255, 256, 66_000, 100_000]) {
      const encoded = zstd().encode(content.subarray(0, length));
      expect(zstd().decodedLength(encoded)).toBe(length);
      expect((encoded[4] as number) & 4).toBe(4);
    }
  });

  it("detects a flipped bit of the content by its checksum", () => {
    const random = Uint8Array.from({ length: 1000 }, (_, i) => (i * i * 31 + i * 7) & 255);
    const encoded = zstd().encode(random);
    for (let at = 12; at < encoded.length; at += 97) {
      const damaged = encoded.slice();
      damaged[at] = (damaged[at] as number) ^ 1;
      expect(codeOf(() => zstd().decode(damaged))).toBe("ATC_CORRUPT_DATA");
    }
  });

  const hasCommand = spawnSync("zstd", ["--version"]).status === 0;
  it.skipIf(!hasCommand)(`is read by the zstd command and reads from it${hasCommand ? "" : " (needs zstd)"}`, () => {
    const options: ExecFileSyncOptionsWithBufferEncoding = { maxBuffer: 2 ** 26, stdio: ["pipe", "pipe", "ignore"] };
    for (const length of [0, 1, 100, 300, 100_000]) {
      const part = content.subarray(0, length);
      const input = zstd().encode(part);
      expect(Buffer.compare(execFileSync("zstd", ["-dc"], { input, ...options }), part)).toBe(0);
      for (const flags of [
        ["-1"],
        ["-19"],
        ["--no-check", "-5"],
        ["--fast=3"],
        ["--ultra", "-22", `--stream-size=${length}`],
      ]) {
        const encoded = execFileSync("zstd", ["-c", ...flags], { input: part, ...options });
        expect(zstd().decodedLength(encoded)).toBe(length);
        expect(Buffer.compare(zstd().decode(encoded), part)).toBe(0);
      }
    }
  });

  it("declares no length for bytes of another format", () => {
    expect(zstd().decodedLength(content)).toBeUndefined();
    expect(zstd().decodedLength(new Uint8Array(0))).toBeUndefined();
  });
});

describe("zstdBlock", () => {
  it("writes frames with a length and no checksum, like c-blosc", () => {
    const target = new Uint8Array(2000);
    const written = zstdBlock().encodeBlock(content, target, 5);
    expect(zstd().decodedLength(target.subarray(0, written))).toBe(content.length);
    expect((target[4] as number) & 4).toBe(0);
  });

  it("refuses clevel 10", () => {
    expect(codeOf(() => zstdBlock().encodeBlock(content, new Uint8Array(2000), 10))).toBe("ATC_INVALID_ARGUMENT");
  });
});

it("lists its plugins in package.json", () => {
  const manifest = JSON.parse(readFileSync(new URL("../package.json", import.meta.url), "utf8"));
  expect((manifest.atc as PluginManifest).plugins.map(({ kind, name }) => ({ kind, name }))).toEqual(
    plugins.map(({ kind, name }) => ({ kind, name })),
  );
});
