import { AtcError, type BlockCodec, type Codec } from "@atc/contract";
import { decodeTarget } from "@atc/plugin-kit";
import { describe, expect, it } from "vitest";
import { blockCodecCases, type ConformanceCase, codecCases } from "../src/index.ts";

/** A correct codec that stores its argument between a length and a sum. */
function stored(): Codec {
  const sumOf = (bytes: Uint8Array): number => {
    let sum = 7;
    for (let i = 0; i < bytes.length; i++) sum = (Math.imul(sum, 31) + (bytes[i] as number)) | 0;
    return sum;
  };
  const corrupt = (): AtcError => new AtcError("ATC_CORRUPT_DATA", "stored: not a frame");
  return {
    name: "stored",
    extension: ".stored",
    encode: (decoded) => {
      const encoded = new Uint8Array(decoded.length + 8);
      const view = new DataView(encoded.buffer);
      view.setUint32(0, decoded.length);
      view.setInt32(4, sumOf(decoded));
      encoded.set(decoded, 8);
      return encoded;
    },
    decode: (encoded, options) => {
      if (encoded.length < 8) throw corrupt();
      const view = new DataView(encoded.buffer, encoded.byteOffset);
      if (view.getUint32(0) !== encoded.length - 8 || view.getInt32(4) !== sumOf(encoded.subarray(8))) throw corrupt();
      const target = decodeTarget("stored", encoded.length - 8, options);
      target.set(encoded.subarray(8));
      return target;
    },
    decodedLength: (encoded) => (encoded.length < 8 ? undefined : encoded.length - 8),
  };
}

function storedBlock(): BlockCodec {
  return {
    name: "lz4",
    bloscFormat: 1,
    encodeBlock: (source, target) => {
      if (source.length > target.length) return 0;
      target.set(source);
      return source.length;
    },
    decodeBlock: (source, target) => {
      if (source.length !== target.length) throw new AtcError("ATC_CORRUPT_DATA", "stored: another length");
      target.set(source);
    },
  };
}

/** The first case that fails; undefined if all pass. */
async function firstFailure(cases: readonly ConformanceCase[]): Promise<string | undefined> {
  for (const { name, run } of cases) {
    try {
      await run();
    } catch {
      return name;
    }
  }
  return undefined;
}

describe("codecCases", () => {
  it("passes a codec that obeys the contract", async () => {
    expect(await firstFailure(codecCases(stored))).toBeUndefined();
  });

  const broken: readonly [string, (right: Codec) => Partial<Codec>][] = [
    ["changes its argument", (right) => ({ encode: (bytes) => right.encode(bytes.fill(0)) })],
    ["returns its argument's memory", () => ({ encode: (bytes) => bytes, decode: (bytes) => bytes })],
    ["ignores the target", (right) => ({ decode: (bytes) => right.decode(bytes) })],
    [
      "ignores maxLength",
      (right) => ({ decode: (bytes, { target } = {}) => right.decode(bytes, target === undefined ? {} : { target }) }),
    ],
    ["declares a wrong length", () => ({ decodedLength: () => 1 })],
    [
      "throws errors without a code",
      (right) => ({
        decode: (bytes, options) => {
          if (bytes.length < 8) throw new RangeError("out of bounds");
          return right.decode(bytes, options);
        },
      }),
    ],
    ["drops the last byte", (right) => ({ encode: (bytes) => right.encode(bytes.subarray(0, -1)) })],
    [
      "ignores bytes after the end",
      (right) => ({
        decode: (bytes, options) =>
          right.decode(bytes.subarray(0, 8 + new DataView(bytes.buffer, bytes.byteOffset).getUint32(0)), options),
      }),
    ],
    ["has no extension", () => ({ extension: "stored" })],
  ];
  for (const [fault, change] of broken) {
    it(`fails a codec that ${fault}`, async () => {
      const cases = codecCases(() => ({ ...stored(), ...change(stored()) }));
      expect(await firstFailure(cases)).toBeDefined();
    });
  }
});

describe("blockCodecCases", () => {
  it("passes a block codec that obeys the contract", async () => {
    expect(await firstFailure(blockCodecCases(storedBlock))).toBeUndefined();
  });

  const broken: readonly [string, Partial<BlockCodec>][] = [
    ["has the number of another format", { bloscFormat: 4 }],
    [
      "throws if the target is short",
      {
        encodeBlock: (source, target) => {
          target.set(source);
          return source.length;
        },
      },
    ],
    [
      "leaves a part of the target unwritten",
      { decodeBlock: (source, target) => target.set(source.subarray(0, target.length)) },
    ],
  ];
  for (const [fault, change] of broken) {
    it(`fails a block codec that ${fault}`, async () => {
      expect(await firstFailure(blockCodecCases(() => ({ ...storedBlock(), ...change })))).toBeDefined();
    });
  }
});
