import { createKernelMemory } from "@atc/plugin-kit";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { lz4Block, lz4hcBlock } from "../src/index.ts";
import { plainLz4Block, plainLz4hcBlock } from "../src/lz4-block.ts";

/** Pieces of various lengths, repeated: matches that overlap themselves, near and distant. */
const repetitive = fc
  .array(fc.tuple(fc.uint8Array({ minLength: 1, maxLength: 40 }), fc.integer({ min: 1, max: 60 })), { maxLength: 60 })
  .map((runs) => Uint8Array.from(runs.flatMap(([bytes, times]) => new Array(times).fill([...bytes]).flat())));

for (const [name, create, createPlain] of [
  ["lz4", lz4Block, plainLz4Block],
  ["lz4hc", lz4hcBlock, plainLz4hcBlock],
] as const) {
  describe(`the kernel of ${name}`, () => {
    it("runs here", () => {
      expect(create().kernel?.bind(createKernelMemory(8), 0)).toBeDefined();
    });

    it("writes the same bytes as TypeScript, with any room", () => {
      const [codec, plain] = [create(), createPlain()];
      fc.assert(
        fc.property(
          repetitive,
          fc.integer({ min: 0, max: 9 }),
          fc.double({ min: 0, max: 1.2, noNaN: true }),
          (source, clevel, part) => {
            const room = Math.floor(source.length * part) + 8;
            const [ours, theirs] = [new Uint8Array(room), new Uint8Array(room)];
            const written = codec.encodeBlock(source, ours, clevel);
            expect(written).toBe(plain.encodeBlock(source, theirs, clevel));
            expect(Buffer.compare(ours.subarray(0, written), theirs.subarray(0, written))).toBe(0);
          },
        ),
        { numRuns: 300 },
      );
    });

    it("decodes and refuses the same blocks as TypeScript", () => {
      const [codec, plain] = [create(), createPlain()];
      const attempt = (
        decode: (source: Uint8Array, target: Uint8Array) => void,
        source: Uint8Array,
        target: Uint8Array,
      ) => {
        try {
          decode(source, target);
        } catch (error) {
          return String(error);
        }
        return Buffer.from(target).toString("hex");
      };
      fc.assert(
        fc.property(repetitive, fc.nat(), fc.nat(255), fc.boolean(), (source, at, byte, damage) => {
          const room = new Uint8Array(source.length + 64);
          const encoded = room.slice(0, plain.encodeBlock(source, room, 5));
          if (damage && encoded.length > 0) encoded[at % encoded.length] = byte;
          const [ours, theirs] = [new Uint8Array(source.length), new Uint8Array(source.length)];
          expect(attempt(codec.decodeBlock, encoded, ours)).toBe(attempt(plain.decodeBlock, encoded, theirs));
        }),
        { numRuns: 500 },
      );
    });
  });
}
