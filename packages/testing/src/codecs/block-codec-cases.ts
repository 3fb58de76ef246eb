import assert from "node:assert/strict";
import { type BlockCodec, isAtcError } from "@atc/contract";
import type { ConformanceCase } from "../base/conformance-case.ts";
import { priceBytes, randomBytes, sampleBytes, seededRandom, textBytes } from "../base/sample-bytes.ts";
import { assertBytes } from "./codec-assertions.ts";

const clevels = [1, 2, 3, 4, 5, 6, 7, 8, 9];

/**
 * A target for any block, with room for what an algorithm adds to incompressible bytes. zlib-ng, the zlib of Bun and
 * Deno, adds the most: at level 1 it writes up to 9 bits per byte.
 */
function room(length: number): Uint8Array {
  return new Uint8Array(length + (length >> 3) + 1024);
}

function encode(codec: BlockCodec, bytes: Uint8Array, clevel: number): Uint8Array {
  const target = room(bytes.length);
  const written = codec.encodeBlock(bytes, target, clevel);
  assert.ok(Number.isInteger(written) && written > 0 && written <= target.length, `encodeBlock returned ${written}`);
  return target.slice(0, written);
}

function decode(codec: BlockCodec, encoded: Uint8Array, length: number): Uint8Array {
  const target = new Uint8Array(length).fill(0xee);
  codec.decodeBlock(encoded, target);
  return target;
}

function assertCorrupt(codec: BlockCodec, encoded: Uint8Array, length: number, what: string): void {
  try {
    decode(codec, encoded, length);
  } catch (error) {
    assert.ok(isAtcError(error, "ATC_CORRUPT_DATA"), `${what}: threw ${String(error)}`);
    return;
  }
  assert.fail(`${what}: threw nothing instead of ATC_CORRUPT_DATA`);
}

function roundTripCases(create: () => BlockCodec): readonly ConformanceCase[] {
  const samples = sampleBytes().filter(({ bytes }) => bytes.length > 0);
  return samples.map(({ name, bytes }) => ({
    name: `restores a block of ${name}`,
    run: () => {
      const codec = create();
      for (const clevel of bytes.length > 10_000 ? [1, 5] : clevels) {
        const argument = bytes.slice();
        const encoded = encode(codec, argument, clevel);
        assertBytes(argument, bytes, `clevel ${clevel}: encodeBlock changed its source`);
        const sent = encoded.slice();
        assertBytes(decode(codec, sent, bytes.length), bytes, `clevel ${clevel}`);
        assertBytes(sent, encoded, `clevel ${clevel}: decodeBlock changed its source`);
      }
    },
  }));
}

function lengthCases(create: () => BlockCodec): readonly ConformanceCase[] {
  return [
    {
      name: "restores every length up to 300",
      run: () => {
        const codec = create();
        for (let length = 1; length <= 300; length++) {
          for (const bytes of [randomBytes(length, length), textBytes(length, length)])
            assertBytes(decode(codec, encode(codec, bytes, 5), length), bytes, `${length} bytes`);
        }
      },
    },
  ];
}

function clevelCases(create: () => BlockCodec): readonly ConformanceCase[] {
  return clevels.map((clevel) => ({
    name: `restores 20000 bytes at clevel ${clevel}`,
    run: () => {
      const codec = create();
      for (const bytes of [textBytes(20_000, clevel), priceBytes(20_000, clevel)])
        assertBytes(decode(codec, encode(codec, bytes, clevel), bytes.length), bytes, `clevel ${clevel}`);
    },
  }));
}

function boundaryCases(create: () => BlockCodec): readonly ConformanceCase[] {
  return [
    {
      name: "has a name and format number that Blosc knows",
      run: () => {
        const { name, bloscFormat } = create();
        const formats: Readonly<Record<string, number>> = { blosclz: 0, lz4: 1, lz4hc: 1, snappy: 2, zlib: 3, zstd: 4 };
        assert.equal(bloscFormat, formats[name], `format ${bloscFormat} of "${name}"`);
      },
    },
    {
      name: "returns 0 if the encoded block does not fit, and writes nothing outside its target",
      run: () => {
        const codec = create();
        const blocks = [randomBytes(5000, 1), textBytes(5000, 2), priceBytes(5000, 3), new Uint8Array(5000)];
        for (const [index, bytes] of blocks.entries()) {
          const full = encode(codec, bytes, 5).length;
          for (const size of [0, 1, 2, 5, full >> 1, full - 1, full, full + 1]) {
            const around = new Uint8Array(size + 64).fill(0xee);
            const written = codec.encodeBlock(bytes, around.subarray(32, 32 + size), 5);
            assert.ok(written >= 0 && written <= size, `block ${index}: ${written} bytes in ${size}`);
            assertBytes(around.subarray(0, 32), new Uint8Array(32).fill(0xee), `block ${index}: before ${size}`);
            assertBytes(around.subarray(32 + size), new Uint8Array(32).fill(0xee), `block ${index}: after ${size}`);
            const encoded = around.slice(32, 32 + written);
            if (written > 0) assertBytes(decode(codec, encoded, bytes.length), bytes, `block ${index} in ${size}`);
          }
        }
      },
    },
    {
      name: "refuses a target that the block does not fill exactly",
      run: () => {
        const codec = create();
        for (const bytes of [randomBytes(3000, 4), textBytes(3000, 5), new Uint8Array(3000)]) {
          const encoded = encode(codec, bytes, 5);
          for (const length of [0, 1, 2999, 3001, 70_000])
            assertCorrupt(codec, encoded, length, `a target of ${length}`);
        }
      },
    },
    {
      name: "refuses every truncation",
      run: () => {
        const codec = create();
        for (const bytes of [randomBytes(800, 6), textBytes(3000, 7), priceBytes(3000, 8), new Uint8Array(3000)]) {
          const encoded = encode(codec, bytes, 5);
          for (let length = 0; length < encoded.length; length++)
            assertCorrupt(codec, encoded.subarray(0, length), bytes.length, `${length} of ${encoded.length}`);
        }
      },
    },
    {
      name: "decodes 2000 flipped bits to bytes or ATC_CORRUPT_DATA, and writes nothing outside its target",
      run: () => {
        const codec = create();
        const next = seededRandom(9);
        const bytes = textBytes(4000, 9);
        const encoded = encode(codec, bytes, 5);
        const around = new Uint8Array(4064).fill(0xee);
        for (let trial = 0; trial < 2000; trial++) {
          const damaged = encoded.slice();
          const at = next() % damaged.length;
          damaged[at] = (damaged[at] as number) ^ (1 << (next() % 8));
          try {
            codec.decodeBlock(damaged, around.subarray(32, 4032));
          } catch (error) {
            assert.ok(isAtcError(error, "ATC_CORRUPT_DATA"), `byte ${at}: threw ${String(error)}`);
          }
        }
        assertBytes(around.subarray(0, 32), new Uint8Array(32).fill(0xee), "before the target");
        assertBytes(around.subarray(4032), new Uint8Array(32).fill(0xee), "after the target");
      },
    },
  ];
}

/**
 * The laws of `BlockCodec`. Blocks round-trip at clevels 1 to 9. `encodeBlock` returns 0 if the target is too short.
 * Targets are filled exactly, and nothing is written outside of them. Damage gives bytes or ATC_CORRUPT_DATA.
 *
 * @param create - creates the block codec under test; called once per case
 */
export function blockCodecCases(create: () => BlockCodec): readonly ConformanceCase[] {
  return [...roundTripCases(create), ...lengthCases(create), ...clevelCases(create), ...boundaryCases(create)];
}
