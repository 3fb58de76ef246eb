import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { decodeValue } from "../src/wire/decode-value.ts";
import { encodeValue } from "../src/wire/encode-value.ts";

const back = (value: unknown): unknown => decodeValue(encodeValue(value));

describe("the encoding of values", () => {
  it("keeps what a structured clone keeps", () => {
    const values = [
      undefined,
      null,
      true,
      false,
      0,
      -0,
      1.5,
      2 ** 31,
      -(2 ** 31),
      Number.NaN,
      Number.NEGATIVE_INFINITY,
      "",
      "text ü 😀",
      "\ud800 alone",
      12345678901234567890n,
      -1n,
      [1, [undefined]],
      { a: { b: undefined }, "": 1 },
      new Map<unknown, unknown>([[{ k: 1 }, new Set([1, "2"])]]),
      new Date(12),
      new Date(Number.NaN),
      Float64Array.of(1, -0, Number.NaN),
      new Float64Array(new Float64Array([1, 2, 3]).buffer, 8, 1),
      Uint8ClampedArray.of(300),
      BigInt64Array.of(-5n),
      new DataView(new ArrayBuffer(3)),
      new ArrayBuffer(0),
      Int8Array.of(-1).buffer,
    ];
    for (const value of values) expect(back(value)).toStrictEqual(value);
    const error = new RangeError("bad", { cause: { row: 7 } });
    expect(back(error)).toBeInstanceOf(RangeError);
    expect(back(error)).toMatchObject({ message: "bad", cause: { row: 7 } });
  });

  it("keeps large arrays between small values, and has bytes of its own", () => {
    const sizes = [0, 1, 511, 512, 513, 100_000];
    const value = sizes.map((size, i) => ({
      name: `size ${size} ü`,
      numbers: Float64Array.from({ length: size }, (_, at) => at / 3 + i),
      part: new Int32Array(new ArrayBuffer(4 * size + 8), 8, size).fill(i),
      flag: i % 2 === 0,
    }));
    const expected = structuredClone(value);
    const bytes = encodeValue(value);
    const copy = bytes.slice();
    for (const { numbers, part } of value) {
      numbers.fill(0);
      part.fill(-1);
    }
    expect(Buffer.compare(bytes, copy)).toBe(0);
    expect(bytes.buffer.byteLength).toBe(bytes.length);
    const found = decodeValue(bytes) as typeof value;
    for (const [i, { name, numbers, part, flag }] of expected.entries()) {
      expect(found[i]).toMatchObject({ name, flag });
      expect(found[i]?.numbers).toEqual(numbers);
      expect([...(found[i]?.part ?? [])]).toEqual([...part]);
    }
  });

  it("keeps any plain data", () => {
    const anything = fc.anything({
      withBigInt: true,
      withDate: true,
      withMap: true,
      withSet: true,
      withTypedArray: true,
    });
    fc.assert(
      fc.property(anything, (value) => {
        expect(back(value)).toEqual(structuredClone(value));
      }),
      { numRuns: 300 },
    );
  });

  it("does not set a prototype", () => {
    const hostile: unknown = JSON.parse('{"__proto__": {"polluted": true}}');
    const read = back(hostile) as Record<string, unknown>;
    expect(read["polluted"]).toBeUndefined();
    expect(Object.keys(read)).toEqual(["__proto__"]);
  });

  it("refuses what cannot be sent", () => {
    const circle: unknown[] = [];
    circle.push(circle);
    const shared = new Int32Array(new SharedArrayBuffer(4));
    for (const value of [() => 1, Symbol("s"), circle, shared, shared.buffer, /x/, Promise.resolve(), { f: () => 1 }])
      expect(() => encodeValue(value)).toThrow(TypeError);
  });

  it("refuses damaged bytes with a code, and allocates nothing for false lengths", () => {
    const bytes = encodeValue({ a: [1, "two", new Float64Array(4)], m: new Map([[1, 2n]]) });
    for (let length = 0; length < bytes.length; length++)
      expect(() => decodeValue(bytes.subarray(0, length))).toThrow(expect.objectContaining({ name: "AtcError" }));
    expect(() => decodeValue(new Uint8Array([...bytes, 0]))).toThrow(
      expect.objectContaining({ code: "ATC_CORRUPT_DATA" }),
    );
    for (let at = 0; at < bytes.length; at++)
      for (const flip of [1, 128, 255]) {
        const damaged = bytes.slice();
        damaged[at] = (damaged[at] ?? 0) ^ flip;
        try {
          decodeValue(damaged);
        } catch (error) {
          expect(error).toMatchObject({ name: "AtcError" });
        }
      }
  });

  it("refuses another version", () => {
    const bytes = encodeValue(1);
    bytes[4] = 9;
    expect(() => decodeValue(bytes)).toThrow(expect.objectContaining({ code: "ATC_UNSUPPORTED" }));
  });
});
