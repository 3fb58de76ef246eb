import { type ExecFileSyncOptionsWithBufferEncoding, execFileSync, spawnSync } from "node:child_process";
import { readFileSync } from "node:fs";
import { isAtcError, type PluginManifest } from "@atc/contract";
import fc from "fast-check";
import { compressFrameSync, compressSync, decompressFrameSync, uncompressSync } from "lz4-napi";
import { describe, expect, it } from "vitest";
import plugins, { lz4, lz4Block, lz4hcBlock } from "../src/index.ts";
import { xxhash32 } from "../src/xxhash32.ts";

function codeOf(run: () => unknown): string {
  try {
    run();
  } catch (error) {
    return isAtcError(error) ? error.code : String(error);
  }
  return "no error";
}

const bytesOf = (text: string): Uint8Array => new TextEncoder().encode(text);

function series(length: number): Uint8Array {
  const values = new Float64Array(Math.ceil(length / 8));
  for (let i = 0; i < values.length; i++) values[i] = Math.round(30_000 + 500 * Math.sin(i / 9)) / 4;
  return new Uint8Array(values.buffer, 0, length);
}

const contents = [
  bytesOf("a"),
  bytesOf("time,open,high,low,close;".repeat(9000)),
  series(1_000_003),
  new Uint8Array(5e6),
];

function encodeBlock(codec: ReturnType<typeof lz4Block>, content: Uint8Array, clevel: number): Uint8Array {
  const target = new Uint8Array(content.length + 1000);
  return target.slice(0, codec.encodeBlock(content, target, clevel));
}

/** Content with near and distant matches: pieces of various lengths, repeated. */
const repetitive = fc
  .array(fc.tuple(fc.uint8Array({ minLength: 1, maxLength: 30 }), fc.integer({ min: 1, max: 60 })), { maxLength: 40 })
  .map((runs) => Uint8Array.from(runs.flatMap(([bytes, times]) => new Array(times).fill([...bytes]).flat())));

describe("frames", () => {
  it("are read by lz4-napi", () => {
    for (const level of [0, 1, 3, 9])
      for (const content of contents)
        expect(Buffer.compare(decompressFrameSync(Buffer.from(lz4({ level }).encode(content))), content)).toBe(0);
  });

  it("of lz4-napi are read, with and without checksums", () => {
    for (const options of [{}, { contentChecksum: true }, { contentChecksum: true, blockChecksums: true }]) {
      for (const content of contents) {
        const encoded = compressFrameSync(Buffer.from(content), options);
        expect(lz4().decodedLength(encoded)).toBe(content.length);
        expect(Buffer.compare(lz4().decode(encoded), content)).toBe(0);
      }
    }
  });

  const hasCommand = spawnSync("lz4", ["--version"]).status === 0;
  it.skipIf(!hasCommand)(`are read by the lz4 command and read from it${hasCommand ? "" : " (needs lz4)"}`, () => {
    const options: ExecFileSyncOptionsWithBufferEncoding = { maxBuffer: 2 ** 26, stdio: ["pipe", "pipe", "ignore"] };
    for (const content of contents) {
      for (const level of [1, 9]) {
        const input = lz4({ level }).encode(content);
        expect(Buffer.compare(execFileSync("lz4", ["-dc"], { input, ...options }), content)).toBe(0);
      }
      for (const flags of [["-1"], ["-9", "-BD", "-B4"], ["-BX", "--no-frame-crc"], ["-12", "-BD", "-BX"]]) {
        const encoded = execFileSync("lz4", ["-c", ...flags], { input: content, ...options });
        expect(lz4().decodedLength(encoded)).toBe(content.length);
        expect(Buffer.compare(lz4().decode(encoded), content)).toBe(0);
      }
    }
  });

  it("of linked blocks are read", () => {
    // Two blocks: "abcdefgh" stored, then a match of 19 bytes 8 bytes back, into the block before, and 5 literals.
    const descriptor = [0x40, 0x40];
    const frame = Uint8Array.from([
      ...[0x04, 0x22, 0x4d, 0x18, ...descriptor, (xxhash32(Uint8Array.from(descriptor)) >>> 8) & 255],
      ...[8, 0, 0, 0x80, ...bytesOf("abcdefgh")],
      ...[10, 0, 0, 0, 0x0f, 8, 0, 0, 0x50, ...bytesOf("12345")],
      ...[0, 0, 0, 0],
    ]);
    expect(new TextDecoder().decode(lz4().decode(frame))).toBe("abcdefghabcdefghabcdefghabc12345");
    frame[4] = 0x60;
    frame[6] = (xxhash32(frame.subarray(4, 6)) >>> 8) & 255;
    expect(codeOf(() => lz4().decode(frame))).toBe("ATC_CORRUPT_DATA");
  });

  it("that need a dictionary are unsupported", () => {
    const descriptor = Uint8Array.of(0x61, 0x40);
    const frame = Uint8Array.of(4, 0x22, 0x4d, 0x18, ...descriptor, (xxhash32(descriptor) >>> 8) & 255, 0, 0, 0, 0);
    expect(codeOf(() => lz4().decode(frame))).toBe("ATC_UNSUPPORTED");
  });

  it("that declare more than their bytes can hold are refused before allocation", () => {
    const encoded = lz4().encode(contents[1] as Uint8Array);
    new DataView(encoded.buffer).setUint32(6, 2 ** 31 - 2, true);
    encoded[14] = xxhash32(encoded.subarray(4, 14)) >>> 8;
    expect(codeOf(() => lz4().decode(encoded))).toBe("ATC_CORRUPT_DATA");
    expect(lz4().decodedLength(encoded)).toBeUndefined();
  });

  it("detect a flipped bit of their content by its checksum", () => {
    const random = Uint8Array.from({ length: 1000 }, (_, i) => (i * i * 31 + i * 7) & 255);
    const encoded = lz4().encode(random);
    for (let at = 19; at < encoded.length; at += 13) {
      const damaged = encoded.slice();
      damaged[at] = (damaged[at] as number) ^ 4;
      expect(codeOf(() => lz4().decode(damaged))).toBe("ATC_CORRUPT_DATA");
    }
  });
});

describe("blocks", () => {
  it("are read by lz4-napi and read from it", () => {
    fc.assert(
      fc.property(repetitive, fc.integer({ min: 0, max: 9 }), (content, clevel) => {
        for (const codec of [lz4Block(), lz4hcBlock()]) {
          const encoded = encodeBlock(codec, content, clevel);
          const sized = Buffer.alloc(4 + encoded.length);
          sized.writeUInt32LE(content.length);
          sized.set(encoded, 4);
          expect(Buffer.compare(uncompressSync(sized), content)).toBe(0);
        }
        const theirs = compressSync(Buffer.from(content));
        const target = new Uint8Array(content.length);
        lz4Block().decodeBlock(theirs.subarray(4), target);
        expect(target).toEqual(content);
      }),
      { numRuns: 300 },
    );
  });

  it("end as the format requires: five literals, and no match in the last twelve bytes", () => {
    for (const codec of [lz4Block(), lz4hcBlock()]) {
      for (let length = 1; length < 40; length++) {
        const encoded = encodeBlock(codec, new Uint8Array(length), 9);
        if (length < 13) expect(encoded[0]).toBe(length << 4);
        else expect(encoded.slice(-6)).toEqual(Uint8Array.of(5 << 4, 0, 0, 0, 0, 0));
      }
    }
  });

  it("shrink with clevel, those of lz4hc more than those of lz4", () => {
    const content = bytesOf(Array.from({ length: 9000 }, (_, i) => `BTC,${(i * 7919) % 1000};`).join(""));
    const [fastest, fast] = [1, 9].map((clevel) => encodeBlock(lz4Block(), content, clevel).length);
    const [shallow, deep] = [1, 9].map((clevel) => encodeBlock(lz4hcBlock(), content, clevel).length);
    expect(fast).toBeLessThan(fastest as number);
    expect(shallow).toBeLessThan(fast as number);
    expect(deep).toBeLessThan(shallow as number);
  });
});

it("refuses a level or clevel out of range", () => {
  for (const level of [-1, 10, 2.5]) {
    expect(codeOf(() => lz4({ level }))).toBe("ATC_INVALID_ARGUMENT");
    for (const codec of [lz4Block(), lz4hcBlock()])
      expect(codeOf(() => codec.encodeBlock(new Uint8Array(9), new Uint8Array(99), level))).toBe(
        "ATC_INVALID_ARGUMENT",
      );
  }
});

it("hashes like xxHash", () => {
  expect(xxhash32(bytesOf(""))).toBe(0x02cc5d05);
  expect(xxhash32(bytesOf("a"))).toBe(0x550d7456);
  expect(xxhash32(bytesOf("abc"))).toBe(0x32d153ff);
  expect(xxhash32(bytesOf("Nobody inspects the spammish repetition"))).toBe(0xe2293b2f);
});

it("lists its plugins in package.json", () => {
  const manifest = JSON.parse(readFileSync(new URL("../package.json", import.meta.url), "utf8"));
  expect((manifest.atc as PluginManifest).plugins.map(({ kind, name }) => ({ kind, name }))).toEqual(
    plugins.map(({ kind, name }) => ({ kind, name })),
  );
});
