import { crc32 } from "node:zlib";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { numeric } from "../src/index.ts";
import {
  bytesOf,
  type Column,
  columns,
  directions,
  exponentialAverage,
  minutes,
  prices,
  weightedAverage,
} from "./columns.ts";
import { python, readWithPython } from "./python-reader.ts";

function checksumOf({ bytes }: Column): number {
  return bytes.length === 0 ? 0 : crc32(bytes);
}

const close = prices(150_001, 30_000, 2);
const long: readonly Column[] = [
  { bytes: bytesOf(close), typesize: 8 },
  { bytes: bytesOf(exponentialAverage(close, 28)), typesize: 8 },
  { bytes: bytesOf(weightedAverage(close, 28)), typesize: 8 },
  { bytes: bytesOf(directions(150_001, 9)), typesize: 1 },
  { bytes: bytesOf(minutes(150_001, 0.001)), typesize: 8 },
  { bytes: bytesOf(Float32Array.from(close)), typesize: 4 },
];

describe("the reader for numpy", () => {
  it.skipIf(python === undefined)("reads columns of every kind (needs python3 with numpy)", () => {
    const codec = numeric();
    const sampled = [...long, ...fc.sample(columns, { numRuns: 200, seed: 1 })];
    const frames = sampled.map(({ bytes, typesize }) => codec.encode(bytes, { typesize }));
    expect(readWithPython(frames)).toEqual(sampled.map(checksumOf));
  });

  it.skipIf(python === undefined)("refuses flipped bits and truncations (needs python3 with numpy)", () => {
    const codec = numeric();
    const sampled = fc.sample(columns, { numRuns: 60, seed: 2 }).filter(({ bytes }) => bytes.length > 0);
    const frames = sampled.flatMap(({ bytes, typesize }, i) => {
      const frame = codec.encode(bytes, { typesize });
      const flipped = frame.slice();
      const at = (i * 7919) % frame.length;
      flipped[at] = (flipped[at] as number) ^ (1 << (i % 8));
      return [flipped, frame.subarray(0, (i * 104_729) % frame.length)];
    });
    for (const answer of readWithPython(frames)) expect(answer).toBe("ValueError");
  });
});
