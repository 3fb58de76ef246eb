import { crc32 } from "node:zlib";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { numeric, numericTransform } from "../src/index.ts";
import { plainKernel } from "../src/kernel/plain-kernel.ts";
import { createWorkspace } from "../src/kernel/workspace.ts";
import { numericIn } from "../src/numeric.ts";
import { type Column, uniform } from "./columns.ts";
import { fullPrecision } from "./full-precision.ts";
import { python, readWithPython } from "./python-reader.ts";

const seed = 20_261_129;
const codec = numeric();
const plainSpace = createWorkspace(plainKernel);
const plain = numericIn(() => plainSpace);
/** Many short columns, which are their own sample, and few long ones, which are not. */
const short = fullPrecision(160);
const long = fullPrecision(6000);

function restores({ bytes, typesize }: Column): void {
  expect(Buffer.compare(codec.decode(codec.encode(bytes, { typesize })), bytes)).toBe(0);
}

describe("columns of results in full precision", () => {
  it("come back from WebAssembly and TypeScript, 10,000 of them, with the same bytes from both", () => {
    fc.assert(
      fc.property(short, ({ bytes, typesize }) => {
        const frame = codec.encode(bytes, { typesize });
        expect(Buffer.compare(codec.decode(frame), bytes)).toBe(0);
        expect(Buffer.compare(plain.encode(bytes, { typesize }), frame)).toBe(0);
        expect(Buffer.compare(plain.decode(frame), bytes)).toBe(0);
      }),
      { numRuns: 10_000, seed },
    );
  });

  it.skipIf(python === undefined)(
    "come back from Python, the same 10,000 and 100 long ones (needs python3 with numpy)",
    () => {
      const all = [...fc.sample(short, { numRuns: 10_000, seed }), ...fc.sample(long, { numRuns: 100, seed })];
      const frames = all.map(({ bytes, typesize }) => codec.encode(bytes, { typesize }));
      const expected = all.map(({ bytes }) => (bytes.length === 0 ? 0 : crc32(bytes)));
      expect(readWithPython(frames)).toEqual(expected);
    },
  );

  it("come back if they are longer than a sample", () => {
    fc.assert(fc.property(long, restores), { numRuns: 1500, seed });
    fc.assert(
      fc.property(long, ({ bytes, typesize }) => {
        const frame = plain.encode(bytes, { typesize });
        expect(Buffer.compare(codec.encode(bytes, { typesize }), frame)).toBe(0);
        expect(Buffer.compare(plain.decode(frame), bytes)).toBe(0);
      }),
      { numRuns: 30, seed },
    );
  });

  it("come back from the transform", () => {
    fc.assert(
      fc.property(short, ({ bytes, typesize }) => {
        const transform = numericTransform();
        const Type = { 1: Int8Array, 2: Int16Array, 4: Float32Array, 8: Float64Array }[typesize] ?? Int8Array;
        const values = new Type(bytes.slice().buffer);
        const transformed = transform.encode(values as Float64Array);
        const target = new Type(values.length);
        const configuration = JSON.parse(JSON.stringify(transformed.configuration)) as typeof transformed.configuration;
        transform.decode(transformed.bytes, configuration, target as Float64Array);
        expect(Buffer.compare(new Uint8Array(target.buffer), bytes)).toBe(0);
      }),
      { numRuns: 5000, seed },
    );
  });

  it("come back at the bounds of blocks of each type", () => {
    const next = uniform(5);
    const all = fc.sample(fullPrecision(3000), { numRuns: 60, seed }).filter(({ bytes }) => bytes.length > 500);
    for (const [i, { bytes, typesize }] of all.entries()) {
      const block = Math.min(2 ** 19, 2 ** 17 * typesize);
      const length = (1 + (i % 2)) * block + (([-typesize, 0, typesize, 1] as const)[i % 4] ?? 0);
      const content = new Uint8Array(length);
      for (let at = 0; at < length; at += bytes.length) content.set(bytes.subarray(0, length - at), at);
      // Changes that the sample misses.
      for (let k = 0; k < 20; k++) content[Math.floor(next() * length)] = 256 * next();
      restores({ bytes: content, typesize });
    }
  });
});
