import { type Codec, isAtcError, type KernelMemory } from "@atc/contract";
import { beforeAll, describe, expect, it } from "vitest";
import { kernelOver } from "../src/kernel/kernel.ts";
import type { NumericKernel } from "../src/kernel/numeric-kernel.ts";
import { plainKernel } from "../src/kernel/plain-kernel.ts";
import { createWorkspace } from "../src/kernel/workspace.ts";
import { numeric, numericIn } from "../src/numeric.ts";
import { isRepresentable, largestScale } from "../src/plan/representable.ts";
import { bytesOf, directions, prices, weightedAverage } from "./columns.ts";
import { python, readWithPython } from "./python-reader.ts";

const codec = numeric();

function frameOf(values: ArrayBufferView & { readonly BYTES_PER_ELEMENT: number }): Uint8Array {
  return codec.encode(bytesOf(values), { typesize: values.BYTES_PER_ELEMENT });
}

/** The codec over a kernel with some loops replaced. */
function codecWith(change: (kernel: NumericKernel, memory: KernelMemory) => Partial<NumericKernel>): Codec {
  const space = createWorkspace((memory) => {
    const kernel = kernelOver(memory);
    return { ...kernel, ...change(kernel, memory) };
  });
  return numericIn(() => space);
}

describe("a writer whose model is wrong", () => {
  const content = bytesOf(prices(3000, 100, 2));
  const plainest = codec.encode(content, { typesize: 16 });

  it("keeps no block that decodes to other bits", () => {
    const wrong = codecWith((kernel, { buffer }) => ({
      toDecimal(...given) {
        const corrected = kernel.toDecimal(...given);
        const last = new BigInt64Array(buffer, given[1], given[2]);
        last[given[2] - 1] = (last[given[2] - 1] as bigint) + 1n;
        return corrected;
      },
    }));
    const frame = wrong.encode(content, { typesize: 8 });
    expect(Buffer.compare(codec.decode(frame), content)).toBe(0);
    expect(frame.length).toBe(plainest.length);
  });

  it("keeps no block that does not decode", () => {
    const wrong = codecWith(() => ({ decodeTokens: () => 0 }));
    const frame = wrong.encode(content, { typesize: 8 });
    expect(Buffer.compare(codec.decode(frame), content)).toBe(0);
    expect(frame.length).toBe(plainest.length);
  });

  it("is not ours, which writes a smaller block", () => {
    expect(codec.encode(content, { typesize: 8 }).length).toBeLessThan(plainest.length / 2);
  });
});

describe("what is representable", () => {
  const fractions = { kind: "fractions", scale: 100, divisor: 1 } as const;

  it("is the same for the writer and the reader: whole float64 in a range", () => {
    for (const scale of [1, 3, 10 ** 16, 2 ** 53, 10 ** 22])
      expect(isRepresentable({ ...fractions, scale }, 8)).toBe(true);
    for (const scale of [0, -1, 0.5, Number.NaN, 10 ** 23, Number.POSITIVE_INFINITY])
      expect(isRepresentable({ ...fractions, scale }, 8)).toBe(false);
    for (const divisor of [0, 2 ** 53, 1.5]) {
      expect(isRepresentable({ ...fractions, divisor }, 8)).toBe(false);
      expect(isRepresentable({ kind: "integers", divisor }, 8)).toBe(false);
    }
    expect(isRepresentable(fractions, 2)).toBe(false);
    expect(isRepresentable({ kind: "floats" }, 1)).toBe(false);
  });

  it("ends for all readers at 10^22 and at exact float64", () => {
    const frame = frameOf(prices(12, 100, 2).map((price) => Number(`${price}e-18`)));
    // A frame of scale 10^20, whose scale is then replaced.
    const varint = (value: bigint): readonly number[] =>
      value < 128n ? [Number(value)] : [Number(value & 127n) | 128, ...varint(value >> 7n)];
    const own = varint(10n ** 20n);
    const scaleAt = Buffer.from(frame).indexOf(Buffer.from(own));
    // Size and representation come between.
    const lengthAt = scaleAt - 3;
    expect(frame[lengthAt]).toBe(frame.length - lengthAt - 1);
    const frames = [10n ** 20n + 1n, 10n ** 22n + 2n ** 22n, 0n].map((scale) => {
      const bytes = [...frame];
      const other = varint(scale);
      bytes.splice(scaleAt, own.length, ...other);
      bytes[lengthAt] = (bytes[lengthAt] as number) + other.length - own.length;
      return Uint8Array.from(bytes);
    });
    expect(largestScale).toBe(1e22);
    const plainSpace = createWorkspace(plainKernel);
    for (const one of frames)
      for (const reader of [codec, numericIn(() => plainSpace)])
        expect(() => reader.decode(one)).toThrow(
          expect.objectContaining({ code: "ATC_CORRUPT_DATA", message: expect.stringMatching(/number|scale/) }),
        );
    if (python !== undefined)
      expect(readWithPython([frame, ...frames]).map((answer) => typeof answer === "number")).toEqual([
        true,
        false,
        false,
        false,
      ]);
  });
});

describe("the checksum", () => {
  it("is verified for an empty frame too", () => {
    const empty = codec.encode(new Uint8Array(0));
    expect(codec.decode(empty).length).toBe(0);
    expect(() => codec.decode(Buffer.from("4154434e018def016600", "hex"))).toThrow(
      expect.objectContaining({ code: "ATC_CORRUPT_DATA" }),
    );
    for (let bit = 40; bit < 72; bit++) {
      const damaged = empty.slice();
      damaged[bit >> 3] = (damaged[bit >> 3] as number) ^ (1 << (bit & 7));
      expect(() => codec.decode(damaged)).toThrow(expect.objectContaining({ code: "ATC_CORRUPT_DATA" }));
    }
  });

  const small: Readonly<Record<string, Uint8Array>> = {
    "no content": codec.encode(new Uint8Array(0)),
    prices: frameOf(prices(40, 100, 2)),
    "corrected prices": frameOf(prices(60, 100, 2).map((price, i) => (i === 9 ? Math.PI : price))),
    means: frameOf(weightedAverage(prices(40, 100, 2), 5)),
    runs: frameOf(directions(300, 30)),
    "common values": frameOf(Float64Array.from({ length: 60 }, (_, i) => (i % 3 ? 0.25 : Math.sin(i)))),
    floats: frameOf(Float64Array.from({ length: 60 }, (_, i) => Math.sin(i / 9))),
    integers: frameOf(Int32Array.from({ length: 60 }, (_, i) => 700 * ((i * i) % 31))),
    "values near 0.52": frameOf(Float64Array.from({ length: 60 }, (_, i) => 0.52 + Math.sin(i) / 100)),
    text: codec.encode(new TextEncoder().encode("a word and a word and a word and a word")),
    stored: codec.encode(Uint8Array.of(1, 77, 200)),
  };

  /** Copies of a frame, each with another bit flipped. */
  const flipped = (frame: Uint8Array): Uint8Array[] =>
    Array.from({ length: 8 * frame.length }, (_, bit) => {
      const damaged = frame.slice();
      damaged[bit >> 3] = (damaged[bit >> 3] as number) ^ (1 << (bit & 7));
      return damaged;
    });

  /** What Python reads of all copies, by frame: one process decodes them all. */
  const pythonAnswers = new Map<string, readonly (number | string)[]>();
  beforeAll(() => {
    if (python === undefined) return;
    const copies = Object.entries(small).map(([name, frame]) => [name, flipped(frame)] as const);
    const read = readWithPython(copies.flatMap(([, frames]) => frames));
    let at = 0;
    for (const [name, { length }] of copies) {
      pythonAnswers.set(name, read.slice(at, at + length));
      at += length;
    }
    expect(at).toBe(read.length);
  });

  it.each(Object.entries(small))(
    "detects every flipped bit that changes the content of a frame of %s",
    (name, frame) => {
      const content = codec.decode(frame);
      const answers = flipped(frame).map((damaged) => {
        try {
          expect(Buffer.compare(codec.decode(damaged, { maxLength: 2 ** 20 }), content)).toBe(0);
          return true;
        } catch (error) {
          expect(isAtcError(error)).toBe(true);
          return false;
        }
      });
      if (python === undefined) return;
      // Python accepts exactly what WebAssembly accepts.
      const read = pythonAnswers.get(name) ?? [];
      expect(read.map((answer) => (answer === "ValueError" ? false : typeof answer === "number"))).toEqual(answers);
      expect(read.filter((answer) => typeof answer === "string" && answer !== "ValueError")).toEqual([]);
    },
  );
});
