import { AtcError, isAtcError } from "@atc/contract";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { zstdBinding } from "../src/binding.ts";
import { exactLength, lengthBound, readFrame } from "../src/frame-blocks.ts";
import { headerBytes, readHeader } from "../src/frame-header.ts";
import { writeFrame } from "../src/frame-writer.ts";
import { zstd, zstdBlock } from "../src/index.ts";
import { xxhash64Low } from "../src/xxhash64.ts";

function codeOf(run: () => unknown): string {
  try {
    run();
  } catch (error) {
    return isAtcError(error) ? error.code : String(error);
  }
  return "no error";
}

function wave(length: number, step: number): Uint8Array {
  const values = new Float64Array(Math.ceil(length / 8));
  for (let i = 0; i < values.length; i++) values[i] = Math.round(30_000 + 500 * Math.sin(i / step)) / 100;
  return new Uint8Array(values.buffer, 0, length);
}

function text(length: number): Uint8Array {
  let out = "";
  for (let i = 0; out.length < length; i++) out += `BTC,${(i * 7919) % 1000},${i % 13 === 0 ? "buy" : "sell"};`;
  return new TextEncoder().encode(out.slice(0, length));
}

/** A frame that declares `length` bytes and has `count` blocks, each with one byte repeated 128 Ki times. */
function repeatedBlocks(length: number, count: number): Uint8Array {
  const header = Uint8Array.of(0x28, 0xb5, 0x2f, 0xfd, 0x80, 0x58, 0, 0, 0, 0);
  new DataView(header.buffer).setUint32(6, length, true);
  const frame = new Uint8Array(header.length + 4 * count);
  frame.set(header);
  for (let i = 0; i < count; i++) {
    const word = ((2 ** 17) << 3) | (1 << 1) | (i === count - 1 ? 1 : 0);
    frame.set([word & 255, (word >> 8) & 255, word >> 16, 7], header.length + 4 * i);
  }
  return frame;
}

describe("the length of the blocks of a frame", () => {
  const contents = [wave(1_000_003, 9), wave(300_000, 0.7), text(700_000), new Uint8Array(500_000), text(90)];
  for (const level of [-7, -1, 1, 2, 3, 5, 7, 9, 12, 16, 19]) {
    it(`is found without decoding at level ${level}`, () => {
      for (const content of level > 12 ? contents.slice(2) : contents) {
        const frame = readFrame(zstdBinding().compress(content, level, false));
        expect(exactLength(frame)).toBe(content.length);
        expect(lengthBound(frame)).toBeGreaterThanOrEqual(content.length);
      }
    });
  }

  it("is found for any content", () => {
    const run = fc.tuple(fc.uint8Array({ minLength: 1, maxLength: 40 }), fc.integer({ min: 1, max: 200 }));
    fc.assert(
      fc.property(fc.array(run, { maxLength: 30 }), fc.integer({ min: 1, max: 12 }), (runs, level) => {
        const content = Uint8Array.from(runs.flatMap(([bytes, times]) => new Array(times).fill([...bytes]).flat()));
        const encoded = zstdBinding().compress(content, level, false);
        expect(exactLength(readFrame(encoded))).toBe(content.length);
      }),
      { numRuns: 200 },
    );
  });

  it("is known for a frame that does not declare it", () => {
    const content = text(200_000);
    const { end } = readHeader(zstd().encode(content));
    const undeclared = zstd().encode(content).slice(0, -4);
    const header = Uint8Array.of(0x28, 0xb5, 0x2f, 0xfd, 0, 0x58);
    const frame = new Uint8Array(header.length + undeclared.length - end);
    frame.set(header);
    frame.set(undeclared.subarray(end), header.length);
    expect(zstd().decodedLength(frame)).toBe(content.length);
    expect(Buffer.compare(zstd().decode(frame), content)).toBe(0);
  });
});

describe("a frame that declares another length than its blocks have", () => {
  it("is refused before it is decoded", () => {
    expect(codeOf(() => zstd().decode(repeatedBlocks(10, 1_000_000)))).toBe("ATC_CORRUPT_DATA");
    expect(codeOf(() => zstd().decode(repeatedBlocks(2 ** 31 - 2, 3)))).toBe("ATC_CORRUPT_DATA");
    expect(codeOf(() => zstdBlock().decodeBlock(repeatedBlocks(10, 1_000_000), new Uint8Array(10)))).toBe(
      "ATC_CORRUPT_DATA",
    );
  });

  it("is refused if it is over the limit", () => {
    const frame = repeatedBlocks(3 * 2 ** 17, 3);
    expect(Buffer.compare(zstd().decode(frame), new Uint8Array(3 * 2 ** 17).fill(7))).toBe(0);
    expect(codeOf(() => zstd().decode(frame, { maxLength: 3 * 2 ** 17 - 1 }))).toBe("ATC_CORRUPT_DATA");
  });
});

/** A frame without its length, as the bindings of Deno (with a checksum) and of older Node (without one) write it. */
function undeclared(content: Uint8Array, checksum: boolean): Uint8Array {
  const frame = zstdBinding().compress(content, 3, false);
  const { header, end } = readFrame(frame);
  const tail = new Uint8Array(checksum ? 4 : 0);
  if (checksum) new DataView(tail.buffer).setUint32(0, xxhash64Low(content), true);
  const blocks = frame.subarray(header.end, end);
  return Uint8Array.of(0x28, 0xb5, 0x2f, 0xfd, checksum ? 4 : 0, 0x58, ...blocks, ...tail);
}

describe("a frame whose binding declares no length", () => {
  for (const written of [false, true]) {
    for (const wanted of [false, true]) {
      it(`gets it, with a checksum written: ${written}, wanted: ${wanted}`, () => {
        const binding = { ...zstdBinding(), compress: (source: Uint8Array) => undeclared(source, written) };
        for (const content of [text(0), text(1), text(5000)]) {
          const { header, blocks, checksum } = writeFrame(binding, content, 3, wanted);
          const frame = Uint8Array.of(...header, ...blocks, ...checksum);
          expect(readFrame(frame).header).toMatchObject({ contentLength: content.length, checksum: wanted });
          expect(Buffer.compare(zstd().decode(frame), content)).toBe(0);
        }
      });
    }
  }
});

describe("a header", () => {
  it("declares any length that it was written for", () => {
    for (const length of [0, 1, 255, 256, 65_791, 65_792, 2 ** 31, 2 ** 32 - 1]) {
      for (const checksum of [false, true]) {
        const bytes = headerBytes(length, checksum);
        const frame = new Uint8Array(bytes.length + 3);
        frame.set(bytes);
        expect(readHeader(frame)).toEqual({
          contentLength: length,
          windowLength: length,
          checksum,
          end: bytes.length,
        });
      }
    }
  });

  it("that names a dictionary is unsupported", () => {
    expect(codeOf(() => readHeader(Uint8Array.of(0x28, 0xb5, 0x2f, 0xfd, 0x21, 9, 9, 0, 0)))).toBe("ATC_UNSUPPORTED");
  });

  it("is an AtcError for bytes of another format", () => {
    expect(() => readHeader(new TextEncoder().encode("PK not a frame"))).toThrow(AtcError);
  });
});
