import assert from "node:assert/strict";
import { type AtcErrorCode, type Codec, isAtcError } from "@atc/contract";
import type { ConformanceCase } from "../base/conformance-case.ts";
import { priceBytes, randomBytes, seededRandom } from "../base/sample-bytes.ts";
import { assertCode } from "./codec-assertions.ts";

/** Codes that a codec may throw for damaged bytes: they may also claim an unknown version or algorithm. */
const codesOfDamage: readonly AtcErrorCode[] = ["ATC_CORRUPT_DATA", "ATC_UNSUPPORTED", "ATC_MISSING_PLUGIN"];

/** Decodes damaged bytes: the result is an error with a known code, or bytes within the limit. */
function assertSurvives(codec: Codec, damaged: Uint8Array, maxLength: number, what: string): void {
  let decoded: Uint8Array;
  try {
    decoded = codec.decode(damaged, { maxLength });
  } catch (error) {
    assert.ok(isAtcError(error), `${what}: threw ${String(error)} instead of an AtcError`);
    assert.ok(codesOfDamage.includes(error.code), `${what}: threw ${error.code}`);
    return;
  }
  assert.ok(decoded.length <= maxLength, `${what}: ${decoded.length} bytes, but at most ${maxLength} are allowed`);
}

function frames(codec: Codec): readonly Uint8Array[] {
  return [
    codec.encode(priceBytes(40_003, 3), { typesize: 8 }),
    codec.encode(randomBytes(1000, 4), { typesize: 1 }),
    codec.encode(new Uint8Array(200_000), { typesize: 4 }),
    codec.encode(new Uint8Array(0)),
  ];
}

/** The laws of `Codec` for bytes that no encoder wrote. */
export function damageCases(create: () => Codec): readonly ConformanceCase[] {
  const maxLength = 2 ** 20;
  return [
    {
      name: "refuses every truncation",
      run: () => {
        const codec = create();
        for (const frame of frames(codec)) {
          const step = Math.max(1, Math.floor(frame.length / 150));
          for (let length = 0; length < frame.length; length += length < 64 ? 1 : step)
            assertCode(
              () => codec.decode(frame.subarray(0, length)),
              codesOfDamage,
              `${length} of ${frame.length} bytes`,
            );
        }
      },
    },
    {
      name: "refuses bytes after the end",
      run: () => {
        const codec = create();
        for (const frame of frames(codec)) {
          const longer = new Uint8Array(frame.length + 1);
          longer.set(frame);
          assertCode(() => codec.decode(longer), codesOfDamage, `one byte after ${frame.length}`);
        }
      },
    },
    {
      name: "decodes 2000 flipped bits to bytes or an error with a code",
      run: () => {
        const codec = create();
        const next = seededRandom(7);
        const all = frames(codec);
        for (let trial = 0; trial < 2000; trial++) {
          const damaged = (all[trial % all.length] as Uint8Array).slice();
          if (damaged.length === 0) continue;
          // Half of the flips hit the first bytes, which hold lengths and offsets.
          const at = next() % (trial % 8 < 4 ? Math.min(64, damaged.length) : damaged.length);
          const bit = next() % 8;
          damaged[at] = (damaged[at] as number) ^ (1 << bit);
          assertSurvives(codec, damaged, maxLength, `bit ${bit} of byte ${at}`);
          const declared = codec.decodedLength(damaged);
          assert.ok(
            declared === undefined || (Number.isSafeInteger(declared) && declared >= 0),
            `decodedLength ${declared}`,
          );
        }
      },
    },
    {
      name: "decodes no flipped bit of an empty frame to content",
      run: () => {
        const codec = create();
        const frame = codec.encode(new Uint8Array(0));
        for (let bit = 0; bit < 8 * frame.length; bit++) {
          const damaged = frame.slice();
          damaged[bit >> 3] = (damaged[bit >> 3] as number) ^ (1 << (bit & 7));
          assertSurvives(codec, damaged, 0, `bit ${bit}`);
        }
      },
    },
    {
      name: "decodes random bytes to bytes or an error with a code",
      run: () => {
        const codec = create();
        for (let seed = 0; seed < 300; seed++)
          assertSurvives(codec, randomBytes(seed, seed), maxLength, `seed ${seed}`);
      },
    },
  ];
}
