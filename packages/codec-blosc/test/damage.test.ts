import { readdirSync, readFileSync } from "node:fs";
import { isAtcError } from "@atc/contract";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { blosc } from "../src/index.ts";
import { blockCodecs } from "./block-codecs.ts";
import { errorCode } from "./error-code.ts";

const codec = blosc({}, blockCodecs);
const known = ["ATC_CORRUPT_DATA", "ATC_UNSUPPORTED", "ATC_MISSING_PLUGIN"];
const folder = new URL("../../../fixtures/blosc/frames/", import.meta.url);
const frames = readdirSync(folder).map((name) => new Uint8Array(readFileSync(new URL(name, folder))));

/** Decodes a frame. An error must have a known code; bytes must be as many as the header declares, at most 1 MiB. */
function survive(frame: Uint8Array): void {
  try {
    const decoded = codec.decode(frame, { maxLength: 2 ** 20 });
    expect(decoded.length).toBe(codec.decodedLength(frame));
  } catch (error) {
    if (!isAtcError(error) || !known.includes(error.code)) throw error;
  }
}

function header(fields: {
  flags?: number;
  typesize?: number;
  length?: number;
  blockLength?: number;
  frameLength?: number;
}): Uint8Array {
  const frame = new Uint8Array(64);
  const view = new DataView(frame.buffer);
  frame.set([2, 1, fields.flags ?? 0x21, fields.typesize ?? 8]);
  view.setUint32(4, fields.length ?? 64, true);
  view.setUint32(8, fields.blockLength ?? 64, true);
  view.setUint32(12, fields.frameLength ?? 64, true);
  view.setUint32(16, 20, true);
  return frame;
}

describe("a damaged frame", () => {
  it("decodes to bytes or an error with a code, for 2000 flipped bits and truncations", () => {
    fc.assert(
      fc.property(fc.nat(frames.length - 1), fc.nat(), fc.nat(7), fc.boolean(), (index, at, bit, cut) => {
        const frame = frames[index] as Uint8Array;
        if (cut) {
          expect(known).toContain(errorCode(() => codec.decode(frame.subarray(0, at % frame.length))));
          return;
        }
        const damaged = frame.slice();
        damaged[at % frame.length] = (damaged[at % frame.length] as number) ^ (1 << bit);
        survive(damaged);
      }),
      { numRuns: 2000 },
    );
  });

  it("decodes to bytes or an error with a code, for any header and offsets", () => {
    const uint32 = fc.oneof(
      fc.nat(200),
      fc.constantFrom(2 ** 31 - 17, 2 ** 31 - 1, 2 ** 31, 2 ** 32 - 1),
      fc.nat(2 ** 32 - 1),
    );
    const fields = fc.tuple(fc.integer({ min: 0, max: 255 }), fc.integer({ min: 0, max: 255 }), uint32, uint32, uint32);
    fc.assert(
      fc.property(
        fc.nat(frames.length - 1),
        fields,
        fc.nat(31),
        (index, [flags, typesize, length, blockLength, offset], kept) => {
          const frame = (frames[index] as Uint8Array).slice();
          const view = new DataView(frame.buffer);
          // Each bit of `kept` keeps one field unchanged, so that some frames are wrong in one field only.
          if ((kept & 1) === 0) frame[2] = flags;
          if ((kept & 2) === 0) frame[3] = typesize;
          if ((kept & 4) === 0) view.setUint32(4, length, true);
          if ((kept & 8) === 0) view.setUint32(8, blockLength, true);
          if ((kept & 16) === 0 && frame.length >= 20) view.setUint32(16, offset, true);
          survive(frame);
        },
      ),
      { numRuns: 3000 },
    );
  });

  it("is refused for each field that contradicts the others", () => {
    const wrong: readonly [string, Uint8Array][] = [
      ["version 1", header({}).map((byte, i) => (i === 0 ? 1 : byte))],
      ["codec version 9", header({}).map((byte, i) => (i === 1 ? 9 : byte))],
      ["reserved flag", header({ flags: 0x29 })],
      ["both shuffles", header({ flags: 0x25 })],
      ["algorithm 7", header({ flags: 0xe1 })],
      ["typesize 0", header({ typesize: 0 })],
      ["longer than a frame holds", header({ length: 2 ** 31 })],
      ["block length 0", header({ blockLength: 0 })],
      ["block longer than the content", header({ blockLength: 65 })],
      ["frame length", header({ frameLength: 63 })],
      ["stored, but not as long", header({ flags: 0x22, length: 64 })],
      ["more blocks than bytes", header({ blockLength: 1 })],
      ["content of none", header({ length: 0, blockLength: 1 })],
      ["blocks that do not split evenly", header({ typesize: 7 })],
      ["nothing", new Uint8Array(0)],
      ["15 bytes", new Uint8Array(15)],
    ];
    for (const [what, frame] of wrong)
      expect({ what, code: errorCode(() => codec.decode(frame)) }).toEqual({ what, code: "ATC_CORRUPT_DATA" });
  });

  it("of Blosc 2 is unsupported", () => {
    expect(errorCode(() => codec.decode(header({}).map((byte, i) => (i === 0 ? 5 : byte))))).toBe("ATC_UNSUPPORTED");
  });

  it("that declares gigabytes is refused before allocation, even without a limit", () => {
    for (const cname of ["lz4", "zlib", "zstd"] as const) {
      const frame = blosc({ cname }, blockCodecs).encode(new Uint8Array(1000));
      const view = new DataView(frame.buffer);
      view.setUint32(4, 2 ** 31 - 17, true);
      view.setUint32(8, 700_000_000, true);
      expect(errorCode(() => codec.decode(frame))).toBe("ATC_CORRUPT_DATA");
      view.setUint32(8, 2 ** 31 - 17, true);
      expect(errorCode(() => codec.decode(frame))).toBe("ATC_CORRUPT_DATA");
    }
    expect(errorCode(() => codec.decode(header({ length: 2 ** 31 - 17, blockLength: 2 ** 29 })))).toBe(
      "ATC_CORRUPT_DATA",
    );
  });

  it("with blocks that share bytes is refused", () => {
    const frame = blosc({ cname: "zlib", blocksize: 1024 }, blockCodecs).encode(new Uint8Array(2048));
    expect(codec.decode(frame)).toHaveLength(2048);
    const view = new DataView(frame.buffer);
    const first = view.getUint32(16, true);
    const second = view.getUint32(20, true);
    view.setUint32(20, first, true);
    const shorter = frame.slice(0, second);
    new DataView(shorter.buffer).setUint32(12, second, true);
    expect(errorCode(() => codec.decode(shorter))).toBe("ATC_CORRUPT_DATA");
  });
});
