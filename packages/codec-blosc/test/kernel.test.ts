import type { BlockCodec } from "@atc/contract";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { readFrames } from "../src/frame/frame-sequence.ts";
import { writeFrame } from "../src/frame/frame-writer.ts";
import type { BloscCname } from "../src/index.ts";
import { blockMemory } from "../src/kernel/block-memory.ts";
import { blockCodecs } from "./block-codecs.ts";

/** Pieces of various lengths, repeated: matches that overlap themselves, near and distant. */
const repetitive = fc
  .array(fc.tuple(fc.uint8Array({ minLength: 1, maxLength: 40 }), fc.integer({ min: 1, max: 60 })), { maxLength: 60 })
  .map((runs) => Uint8Array.from(runs.flatMap(([bytes, times]) => new Array(times).fill([...bytes]).flat())));

const options = fc.record({
  cname: fc.constantFrom<BloscCname>("blosclz", "lz4", "lz4hc", "zlib"),
  clevel: fc.integer({ min: 1, max: 9 }),
  shuffle: fc.constantFrom("noshuffle", "shuffle", "bitshuffle"),
  typesize: fc.oneof(fc.constantFrom(1, 2, 4, 8, 16), fc.integer({ min: 1, max: 255 })),
  blocksize: fc.oneof(fc.constant(undefined), fc.integer({ min: 128, max: 5000 })),
});

function prices(length: number): Uint8Array {
  const values = Float64Array.from(
    { length: Math.ceil(length / 8) },
    (_, i) => 30_000 + Math.round(700 * Math.sin(i / 7)) / 100,
  );
  return new Uint8Array(values.buffer, 0, length);
}

function codecOf(cname: string): BlockCodec {
  return blockCodecs.find(({ name }) => name === cname) as BlockCodec;
}

describe("the kernels", () => {
  it("run here", () => {
    const memory = blockMemory();
    expect(memory).toBeDefined();
    for (const cname of ["blosclz", "lz4", "lz4hc"]) expect(memory?.kernelOf(codecOf(cname))).toBeDefined();
  });

  it("write and read the same frames as TypeScript", () => {
    const content = fc.oneof(
      repetitive,
      fc.nat(30_000).map((length) => prices(length)),
    );
    fc.assert(
      fc.property(content, options, (bytes, frameOptions) => {
        const codec = codecOf(frameOptions.cname);
        const frame = writeFrame(bytes, frameOptions, codec, blockMemory());
        expect(Buffer.compare(frame, writeFrame(bytes, frameOptions, codec, undefined))).toBe(0);
        const readers = new Map([[codec.bloscFormat, codec]]);
        expect(Buffer.compare(readFrames(frame, undefined, readers, blockMemory(), {}), bytes)).toBe(0);
        expect(Buffer.compare(readFrames(frame, undefined, readers, undefined, {}), bytes)).toBe(0);
      }),
      { numRuns: 400 },
    );
  });

  it("handle damage like TypeScript: with the same bytes or the same error", () => {
    const attempt = (frame: Uint8Array, codec: BlockCodec, memory: ReturnType<typeof blockMemory>): string => {
      try {
        return Buffer.from(
          readFrames(frame, { maxLength: 2 ** 20 }, new Map([[codec.bloscFormat, codec]]), memory, {}),
        ).toString("hex");
      } catch (error) {
        return String(error);
      }
    };
    fc.assert(
      fc.property(repetitive, options, fc.nat(), fc.nat(255), (bytes, frameOptions, at, byte) => {
        const codec = codecOf(frameOptions.cname);
        const damaged = writeFrame(bytes, frameOptions, codec, blockMemory());
        damaged[at % damaged.length] = byte;
        expect(attempt(damaged, codec, blockMemory())).toBe(attempt(damaged, codec, undefined));
      }),
      { numRuns: 1000 },
    );
  });
});
