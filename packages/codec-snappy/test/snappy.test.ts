import { readFileSync } from "node:fs";
import { isAtcError } from "@atc/contract";
import { Compressor, Decompressor } from "snappy";
import { describe, expect, it } from "vitest";
import { crc32c } from "../src/crc32c.ts";
import plugins, { snappy, snappyBlock } from "../src/index.ts";

function codeOf(run: () => unknown): string {
  try {
    run();
  } catch (error) {
    return isAtcError(error) ? error.code : String(error);
  }
  return "no error";
}

const text = new TextEncoder().encode("time,open,high,low,close;".repeat(9000));
const noise = Uint8Array.from({ length: 200_000 }, (_, i) => (Math.imul(i, 0x9e3779b1) >>> 13) ^ (i * i));
const contents = [new Uint8Array(0), Uint8Array.of(7), text, noise, new Uint8Array(65_536)];

describe("frames", () => {
  it("are read by the frame reader of the snappy package", async () => {
    for (const content of contents) {
      const reader = new Decompressor();
      const head = reader.update(snappy().encode(content));
      expect(Buffer.compare(Buffer.concat([head, await reader.finish()]), content)).toBe(0);
    }
  });

  it("of the snappy package are read", async () => {
    for (const content of contents.slice(1)) {
      const writer = new Compressor();
      const frame = Buffer.concat([writer.update(content), await writer.finish()]);
      expect(snappy().decodedLength(frame)).toBe(content.length);
      expect(Buffer.compare(snappy().decode(frame), content)).toBe(0);
    }
  });

  it("detect every flipped bit of their content by its checksum", () => {
    const encoded = snappy().encode(noise.subarray(0, 500));
    for (let at = 26; at < encoded.length; at += 3) {
      const damaged = encoded.slice();
      damaged[at] = (damaged[at] as number) ^ 4;
      expect(codeOf(() => snappy().decode(damaged))).toBe("ATC_CORRUPT_DATA");
    }
  });

  it("cut between two chunks are refused", () => {
    const encoded = snappy().encode(noise);
    expect(codeOf(() => snappy().decode(encoded.subarray(0, 22 + 8 + 65_536)))).toBe("ATC_CORRUPT_DATA");
  });

  it("skip and refuse chunks as the format requires", () => {
    const encoded = snappy().encode(text);
    const withChunk = (type: number) =>
      Uint8Array.of(...encoded.subarray(0, 22), type, 2, 0, 0, 1, 2, ...encoded.subarray(22));
    for (const type of [0x81, 0xfd, 0xfe]) expect(Buffer.compare(snappy().decode(withChunk(type)), text)).toBe(0);
    for (const type of [0x02, 0x7f, 0xff])
      expect(codeOf(() => snappy().decode(withChunk(type)))).toBe("ATC_CORRUPT_DATA");
  });

  it("of chunks over 64 KiB are refused", () => {
    const encoded = snappy().encode(new Uint8Array(0));
    const chunk = new Uint8Array(4 + 4 + 65_537);
    new DataView(chunk.buffer).setUint32(0, 1 + 256 * (4 + 65_537), true);
    expect(codeOf(() => snappy().decode(Uint8Array.of(...encoded.subarray(0, 10), ...chunk)))).toBe("ATC_CORRUPT_DATA");
  });
});

it("refuses a block that declares gigabytes before allocation", () => {
  const bomb = Uint8Array.of(0xff, 0xff, 0xff, 0xff, 0x07, 0, 0);
  expect(codeOf(() => snappyBlock().decodeBlock(bomb, new Uint8Array(10)))).toBe("ATC_CORRUPT_DATA");
});

it("refuses a clevel out of range", () => {
  for (const clevel of [-1, 10, 1.5])
    expect(codeOf(() => snappyBlock().encodeBlock(text, new Uint8Array(999), clevel))).toBe("ATC_INVALID_ARGUMENT");
});

it("hashes like CRC-32C", () => {
  expect(crc32c(new TextEncoder().encode("123456789"))).toBe(0xe3069283);
  expect(crc32c(new Uint8Array(32))).toBe(0x8a9136aa);
  expect(crc32c(new Uint8Array(0))).toBe(0);
});

it("lists its plugins in package.json", () => {
  const manifest = JSON.parse(readFileSync(new URL("../package.json", import.meta.url), "utf8"));
  expect(manifest.atc.plugins).toEqual(plugins.map(({ kind, name }) => ({ kind, name })));
});
