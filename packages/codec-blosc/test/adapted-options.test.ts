import { describe, expect, it } from "vitest";
import { blosc } from "../src/index.ts";
import { blockCodecs } from "./block-codecs.ts";

const fast = blosc({ preset: "fast" }, blockCodecs);

/** Numbers in (0, 1): the minimal standard of Park and Miller with the multiplier 48271. */
function uniform(seed: number): () => number {
  let state = seed;
  return () => {
    state = (state * 48_271) % 2_147_483_647;
    return state / 2_147_483_647;
  };
}

function encode(values: Float64Array | BigInt64Array): { readonly frame: Uint8Array; readonly bytes: Uint8Array } {
  const bytes = new Uint8Array(values.buffer, values.byteOffset, values.byteLength);
  const frame = fast.encode(bytes, { typesize: 8 });
  expect(Buffer.compare(fast.decode(frame), bytes)).toBe(0);
  return { frame, bytes };
}

const length = 50_000;
const byteShuffle = 1;
const bitShuffle = 4;

/** A walk of prices with 2 decimals. */
function prices(): Float64Array {
  const next = uniform(1);
  let price = 30_000;
  return Float64Array.from({ length }, () => {
    price *= 1 + (next() - 0.5) * 0.001;
    return Math.round(price * 100) / 100;
  });
}

describe("the preset fast", () => {
  it("shuffles the bits of prices", () => {
    expect((encode(prices()).frame[2] as number) & 5).toBe(bitShuffle);
  });

  it("shuffles the bytes of a curve that returns to its floor", () => {
    const next = uniform(2);
    const { frame, bytes } = encode(Float64Array.from({ length }, () => (next() < 0.5 ? 0.25 : 0.25 + next() / 3000)));
    expect((frame[2] as number) & 5).toBe(byteShuffle);
    const bits = blosc({ preset: "fast", shuffle: "bitshuffle" }, blockCodecs).encode(bytes, { typesize: 8 });
    expect(frame.length).toBeLessThan(0.95 * bits.length);
  });

  it("spends more on content that shrinks far", () => {
    const next = uniform(3);
    let at = 1_600_000_000_000;
    const { frame, bytes } = encode(
      BigInt64Array.from({ length }, () => {
        at += next() < 0.001 ? 3_600_000 : 60_000;
        return BigInt(at);
      }),
    );
    const level1 = blosc({ preset: "fast", clevel: 1 }, blockCodecs).encode(bytes, { typesize: 8 });
    expect(frame.length).toBeLessThan(0.9 * level1.length);
  });

  it("samples nothing if another option decides, or the content is short", () => {
    const bytes = new Uint8Array(prices().buffer);
    for (const options of [{ shuffle: "shuffle" }, { clevel: 5 }, { cname: "lz4" }, { blocksize: 2 ** 16 }] as const) {
      const codec = blosc({ preset: "fast", ...options }, blockCodecs);
      expect(Buffer.compare(codec.decode(codec.encode(bytes, { typesize: 8 })), bytes)).toBe(0);
    }
    const short = fast.encode(bytes.subarray(0, 60_000), { typesize: 8 });
    expect((short[2] as number) & 5).toBe(bitShuffle);
  });
});
