import { isAtcError } from "@atc/contract";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { numeric } from "../src/index.ts";
import {
  bytesOf,
  columns,
  directions,
  exponentialAverage,
  minutes,
  prices,
  uniform,
  weightedAverage,
} from "./columns.ts";

const codec = numeric();

function ratio(values: ArrayBufferView, typesize = 8): number {
  const bytes = bytesOf(values);
  const encoded = codec.encode(bytes, { typesize });
  expect(Buffer.compare(codec.decode(encoded), bytes)).toBe(0);
  return bytes.length / encoded.length;
}

const rows = 60_000;
const close = prices(rows, 30_000, 2);

describe("numeric on columns", () => {
  it("encodes prices as decimals of any digits and steps", () => {
    expect(ratio(close)).toBeGreaterThan(5);
    expect(ratio(prices(rows, 0.0123, 8))).toBeGreaterThan(5.5);
    expect(ratio(close.map((price) => Math.round(price * 4) / 4))).toBeGreaterThan(8);
    expect(ratio(Float32Array.from(prices(rows, 30, 2)), 4)).toBeGreaterThan(5);
  });

  it("corrects the few values that are not decimals", () => {
    const odd = close.map((price, i) => (i % 1000 === 7 ? Math.PI * price : price));
    odd.set([Number.NaN, -0, Number.POSITIVE_INFINITY], 100);
    expect(ratio(odd)).toBeGreaterThan(4.8);
  });

  it("finds the denominator of weighted means of prices", () => {
    expect(ratio(weightedAverage(close, 28))).toBeGreaterThan(2.8);
    expect(ratio(weightedAverage(close.map(Math.round), 28))).toBeGreaterThan(4);
  });

  it("takes second differences of the bits of averages", () => {
    expect(ratio(exponentialAverage(close, 28))).toBeGreaterThan(1.58);
  });

  it("ranks repeated values, such as those of a flat equity", () => {
    const next = uniform(9);
    expect(ratio(close.map((price) => (next() < 0.5 ? 0.25 : price / 3)))).toBeGreaterThan(2.3);
  });

  it("counts runs of directions of any dtype", () => {
    const held = directions(rows, 23);
    expect(ratio(held, 1)).toBeGreaterThan(25);
    expect(ratio(Float64Array.from(held))).toBeGreaterThan(200);
  });

  it("needs next to nothing for regular times and little for gaps", () => {
    expect(ratio(minutes(rows, 0))).toBeGreaterThan(5000);
    expect(ratio(minutes(rows, 0.001))).toBeGreaterThan(150);
    expect(ratio(minutes(rows, 0.2))).toBeGreaterThan(20);
  });

  it("encodes exponential volumes near their entropy", () => {
    const next = uniform(5);
    expect(
      ratio(Float64Array.from({ length: rows }, () => Math.round(-Math.log(next()) * 1_200_000) / 100_000)),
    ).toBeGreaterThan(2.9);
  });

  it("keeps a divisor of the sample only if it divides all values", () => {
    const steps = BigInt64Array.from({ length: rows }, (_, i) => 1000n * BigInt((i * 7919) % 10_007));
    expect(ratio(steps)).toBeGreaterThan(4);
    steps[rows - 5] = 17n;
    expect(ratio(steps)).toBeGreaterThan(2.5);
  });

  it("stores random bytes with few extra bytes", () => {
    const random = Uint8Array.from({ length: rows }, uniform(8)).map((_, i) => (i * 2_654_435_761) >>> 13);
    const noise = new Uint32Array(rows).map((_, i) => Math.imul(i ^ (i << 13) ^ 0x5bd1e995, 0x9e3779b1) ^ (i << 7));
    for (const [values, typesize] of [
      [random, 1],
      [noise, 4],
    ] as const)
      expect(codec.encode(bytesOf(values), { typesize }).length).toBeLessThan(values.byteLength + 32);
  });

  it("deflates text", () => {
    const text = new TextEncoder().encode("symbol,timestamp,close\nAAA,2020-01-01,100\n".repeat(500));
    expect(text.length / codec.encode(text).length).toBeGreaterThan(20);
  });
});

/** A minimal stored zip: arrays of `.npy` begin at multiples of 64. */
function archive(...arrays: readonly Float64Array[]): Uint8Array {
  const members = arrays.map((values) => {
    const member = new Uint8Array(Math.ceil((192 + values.byteLength) / 64) * 64);
    member.set([0x50, 0x4b, 3, 4]);
    const header = `{'descr': '<f8', 'fortran_order': False, 'shape': (${values.length},), }`.padEnd(117);
    member.set([0x93, 0x4e, 0x55, 0x4d, 0x50, 0x59, 1, 0, 118, 0], 64);
    member.set(new TextEncoder().encode(`${header}\n`), 74);
    member.set(bytesOf(values), 192);
    return member;
  });
  return Uint8Array.from(members.flatMap((member) => [...member]));
}

describe("numeric on a cache entry", () => {
  it("finds the arrays in it", () => {
    const payload = archive(close.subarray(0, 5000), exponentialAverage(close, 28).subarray(0, 5001));
    const together = codec.encode(payload, { typesize: 8 }).length;
    const apart = [close.slice(0, 5000), exponentialAverage(close, 28).slice(0, 5001)].map(
      (values) => codec.encode(bytesOf(values), { typesize: 8 }).length,
    );
    expect(together).toBeLessThan((apart[0] as number) + (apart[1] as number) + 400);
    expect(Buffer.compare(codec.decode(codec.encode(payload, { typesize: 8 })), payload)).toBe(0);
  });
});

describe("numeric frames", () => {
  it("restore every bit of any column", () => {
    fc.assert(
      fc.property(columns, ({ bytes, typesize }) => {
        expect(Buffer.compare(codec.decode(codec.encode(bytes, { typesize })), bytes)).toBe(0);
      }),
      { numRuns: 500 },
    );
  });

  it("never decode to other bytes, whichever bit flips", () => {
    for (const values of [close.slice(0, 200), directions(3000, 9), weightedAverage(close.slice(0, 150), 9)]) {
      const bytes = bytesOf(values);
      const frame = codec.encode(bytes, { typesize: values.BYTES_PER_ELEMENT });
      for (let bit = 0; bit < 8 * frame.length; bit++) {
        const damaged = frame.slice();
        damaged[bit >> 3] = (damaged[bit >> 3] as number) ^ (1 << (bit & 7));
        try {
          expect(Buffer.compare(codec.decode(damaged, { maxLength: 2 ** 20 }), bytes)).toBe(0);
        } catch (error) {
          expect(isAtcError(error)).toBe(true);
        }
      }
    }
  });

  it("cannot declare more than 512 KiB per four bytes", () => {
    const hostile = Uint8Array.of(
      0x41,
      0x54,
      0x43,
      0x4e,
      1,
      0,
      0,
      0,
      0,
      0x80,
      0x80,
      0x80,
      0x80,
      4,
      2,
      0x80,
      0x80,
      0x20,
      0,
    );
    expect(codec.decodedLength(hostile)).toBe(2 ** 30);
    expect(() => codec.decode(hostile)).toThrow(expect.objectContaining({ code: "ATC_CORRUPT_DATA" }));
  });

  it("distinguish a newer version from damage", () => {
    const frame = codec.encode(new Uint8Array(100));
    frame[4] = 2;
    expect(() => codec.decode(frame)).toThrow(expect.objectContaining({ code: "ATC_UNSUPPORTED" }));
  });

  it("refuse a typesize out of range", () => {
    for (const typesize of [0, 256, 1.5, Number.NaN])
      expect(() => codec.encode(new Uint8Array(8), { typesize })).toThrow(
        expect.objectContaining({ code: "ATC_INVALID_ARGUMENT" }),
      );
  });
});
