import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { bitShuffle, bitUnshuffle } from "../src/shuffle/bit-shuffle.ts";
import { shuffle, unshuffle } from "../src/shuffle/byte-shuffle.ts";

/** The definition: plane by plane, with the rest at the end. */
function planes(source: Uint8Array, typesize: number): Uint8Array {
  const count = Math.floor(source.length / typesize);
  const target = source.slice();
  for (let i = 0; i < count * typesize; i++)
    target[(i % typesize) * count + Math.floor(i / typesize)] = source[i] as number;
  return target;
}

/** The definition: bit plane by bit plane, if the count of elements is a multiple of 8. */
function bitPlanes(source: Uint8Array, typesize: number): Uint8Array {
  const count = Math.floor(source.length / typesize);
  if (count % 8 !== 0) return source.slice();
  const target = source.slice().fill(0, 0, count * typesize);
  for (let element = 0; element < count; element++) {
    for (let bit = 0; bit < 8 * typesize; bit++) {
      const value = ((source[element * typesize + (bit >> 3)] as number) >> (bit & 7)) & 1;
      const at = (bit * count) / 8 + (element >> 3);
      target[at] = (target[at] as number) | (value << (element & 7));
    }
  }
  return target;
}

const typesizes = fc.oneof(fc.constantFrom(1, 2, 4, 8, 16), fc.integer({ min: 1, max: 255 }));
const bytes = fc.oneof(
  fc.uint8Array({ maxLength: 300 }),
  fc.uint8Array({ minLength: 256, maxLength: 256 }),
  fc.uint8Array({ minLength: 1024, maxLength: 1031 }),
);

/** `length` bytes at an aligned or unaligned offset in a larger buffer of 0xee. */
function placed(length: number, offset: number): Uint8Array {
  return new Uint8Array(length + 16).fill(0xee).subarray(offset, offset + length);
}

for (const [name, forward, backward, definition] of [
  ["byte shuffle", shuffle, unshuffle, planes],
  ["bit shuffle", bitShuffle, bitUnshuffle, bitPlanes],
] as const) {
  describe(name, () => {
    it("agrees with its definition, and back, at any alignment", () => {
      fc.assert(
        fc.property(bytes, typesizes, fc.nat(8), fc.nat(8), (content, typesize, from, to) => {
          const source = placed(content.length, from);
          source.set(content);
          const shuffled = placed(content.length, to);
          forward(source, shuffled, typesize);
          expect(Buffer.compare(shuffled, definition(content, typesize))).toBe(0);
          const restored = placed(content.length, from);
          backward(shuffled, restored, typesize);
          expect(Buffer.compare(restored, content)).toBe(0);
          const around = new Uint8Array(restored.buffer);
          around.fill(0xee, from, from + content.length);
          expect(around.every((byte) => byte === 0xee)).toBe(true);
        }),
        { numRuns: 400 },
      );
    });
  });
}
