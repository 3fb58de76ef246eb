import assert from "node:assert/strict";
import { type AtcErrorCode, type Codec, isAtcError } from "@atc/contract";
import type { ConformanceCase } from "./conformance-case.ts";
import { priceBytes, randomBytes, sampleBytes, seededRandom } from "./sample-bytes.ts";

/** What a codec may answer to damaged bytes: they are damaged, or claim to be of a version or algorithm that is not here. */
const codesOfDamage: readonly AtcErrorCode[] = ["ATC_CORRUPT_DATA", "ATC_UNSUPPORTED", "ATC_MISSING_PLUGIN"];
const typesizes = [1, 4, 8, 17];

function assertCode(run: () => unknown, codes: readonly AtcErrorCode[], what: string): void {
  try {
    run();
  } catch (error) {
    assert.ok(isAtcError(error), `${what}: threw ${String(error)} instead of an AtcError`);
    assert.ok(codes.includes(error.code), `${what}: threw ${error.code} where ${codes.join(" or ")} belongs`);
    return;
  }
  assert.fail(`${what}: threw nothing where ${codes.join(" or ")} belongs`);
}

function assertBytes(actual: Uint8Array, expected: Uint8Array, what: string): void {
  assert.equal(actual.length, expected.length, `${what}: length`);
  assert.equal(Buffer.compare(actual, expected), 0, `${what}: bytes differ`);
}

/** Decodes damaged bytes: the answer is an error of a known code, or bytes within the limit. */
function assertSurvives(codec: Codec, damaged: Uint8Array, maxLength: number, what: string): void {
  let decoded: Uint8Array;
  try {
    decoded = codec.decode(damaged, { maxLength });
  } catch (error) {
    assert.ok(isAtcError(error), `${what}: threw ${String(error)} instead of an AtcError`);
    assert.ok(codesOfDamage.includes(error.code), `${what}: threw ${error.code}`);
    return;
  }
  assert.ok(decoded.length <= maxLength, `${what}: ${decoded.length} bytes where ${maxLength} are allowed`);
}

function frames(codec: Codec): readonly Uint8Array[] {
  return [
    codec.encode(priceBytes(40_003, 3), { typesize: 8 }),
    codec.encode(randomBytes(1000, 4), { typesize: 1 }),
    codec.encode(new Uint8Array(200_000), { typesize: 4 }),
    codec.encode(new Uint8Array(0)),
  ];
}

function roundTripCases(create: () => Codec): readonly ConformanceCase[] {
  return sampleBytes().map(({ name, bytes }) => ({
    name: `restores ${name}`,
    run: () => {
      const codec = create();
      for (const typesize of bytes.length > 100_000 ? [8] : typesizes) {
        const encoded = codec.encode(bytes, { typesize });
        assertBytes(codec.decode(encoded), bytes, `typesize ${typesize}`);
        const declared = codec.decodedLength(encoded);
        assert.ok(declared === undefined || declared === bytes.length, `decodedLength is ${declared}`);
      }
    },
  }));
}

function argumentCases(create: () => Codec): readonly ConformanceCase[] {
  return [
    {
      name: "has a name in lower case and an extension with its dot",
      run: () => {
        const { name, extension } = create();
        assert.match(name, /^[a-z][a-z0-9-]*$/);
        assert.match(extension, /^\.[a-z0-9]+(\.[a-z0-9]+)*$/);
      },
    },
    {
      name: "leaves its argument as it was and keeps no part of it",
      run: () => {
        const codec = create();
        for (const { name, bytes } of sampleBytes()) {
          const argument = bytes.slice();
          const encoded = codec.encode(argument, { typesize: 8 });
          assertBytes(argument, bytes, `${name}: encode changed its argument`);
          argument.fill(0xee);
          const sent = encoded.slice();
          const decoded = codec.decode(sent);
          assertBytes(sent, encoded, `${name}: decode changed its argument`);
          sent.fill(0xee);
          assertBytes(decoded, bytes, `${name}: the result shares memory with an argument`);
        }
      },
    },
    {
      name: "returns arrays that share no memory with each other",
      run: () => {
        const codec = create();
        const [a, b] = [randomBytes(50, 1), randomBytes(50, 2)];
        const encoded = codec.encode(a);
        codec.encode(b).fill(0);
        const decoded = codec.decode(encoded);
        codec.decode(codec.encode(b)).fill(0);
        assertBytes(decoded, a, "after another call");
        assertBytes(codec.decode(encoded), a, "encoded, after another call");
      },
    },
    {
      name: "takes views at odd offsets and subclasses of Uint8Array",
      run: () => {
        const codec = create();
        const bytes = priceBytes(8001, 5);
        const odd = new Uint8Array(9000).subarray(3, 8004);
        odd.set(bytes);
        const encoded = codec.encode(odd, { typesize: 8 });
        assertBytes(codec.decode(encoded), bytes, "view");
        const framed = new Uint8Array(encoded.length + 9).subarray(5, 5 + encoded.length);
        framed.set(encoded);
        const target = new Uint8Array(9000).subarray(7, 8008);
        assertBytes(codec.decode(framed, { target }), bytes, "encoded view into a target view");
        assertBytes(codec.decode(codec.encode(Buffer.from(bytes), { typesize: 8 })), bytes, "Buffer");
      },
    },
  ];
}

function targetCases(create: () => Codec): readonly ConformanceCase[] {
  return [
    {
      name: "decodes into a target of the decoded length and no other",
      run: () => {
        const codec = create();
        for (const { name, bytes } of sampleBytes()) {
          const encoded = codec.encode(bytes, { typesize: 8 });
          const target = new Uint8Array(bytes.length).fill(0xee);
          assert.equal(codec.decode(encoded, { target }), target, `${name}: returns the target`);
          assertBytes(target, bytes, name);
          const long = new Uint8Array(bytes.length + 1);
          const codes: readonly AtcErrorCode[] = ["ATC_INVALID_ARGUMENT"];
          assertCode(() => codec.decode(encoded, { target: long }), codes, `${name}: a target too long`);
          if (bytes.length === 0) continue;
          const short = new Uint8Array(bytes.length - 1);
          assertCode(() => codec.decode(encoded, { target: short }), codes, `${name}: a target too short`);
        }
      },
    },
    {
      name: "writes nothing beside its target",
      run: () => {
        const codec = create();
        const bytes = priceBytes(10_000, 6);
        const around = new Uint8Array(10_200).fill(0xee);
        codec.decode(codec.encode(bytes, { typesize: 8 }), { target: around.subarray(100, 10_100) });
        assertBytes(around.subarray(0, 100), new Uint8Array(100).fill(0xee), "ahead of the target");
        assertBytes(around.subarray(10_100), new Uint8Array(100).fill(0xee), "after the target");
      },
    },
    {
      name: "refuses to decode to more than maxLength bytes",
      run: () => {
        const codec = create();
        for (const { name, bytes } of sampleBytes()) {
          if (bytes.length === 0) continue;
          const encoded = codec.encode(bytes);
          assertBytes(codec.decode(encoded, { maxLength: bytes.length }), bytes, name);
          const maxLength = bytes.length - 1;
          assertCode(() => codec.decode(encoded, { maxLength }), ["ATC_CORRUPT_DATA"], `${name}: one byte over`);
        }
      },
    },
  ];
}

function damageCases(create: () => Codec): readonly ConformanceCase[] {
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
      name: "answers 2000 flipped bits with bytes or an error that has a code",
      run: () => {
        const codec = create();
        const next = seededRandom(7);
        const all = frames(codec);
        for (let trial = 0; trial < 2000; trial++) {
          const damaged = (all[trial % all.length] as Uint8Array).slice();
          if (damaged.length === 0) continue;
          // Half of the flips hit the first bytes, where lengths and offsets stand.
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
      name: "answers random bytes with bytes or an error that has a code",
      run: () => {
        const codec = create();
        for (let seed = 0; seed < 300; seed++)
          assertSurvives(codec, randomBytes(seed, seed), maxLength, `seed ${seed}`);
      },
    },
  ];
}

/**
 * The laws of `Codec`: round trips of 0 bytes to 1 MiB, arguments unchanged and unshared, targets, `maxLength`, `decodedLength`, and damage
 * (truncation, trailing bytes, flipped bits, random bytes) that gives bytes or an error with a code, within `maxLength`.
 *
 * @param create - makes the codec under test; called once a case
 */
export function codecCases(create: () => Codec): readonly ConformanceCase[] {
  return [...roundTripCases(create), ...argumentCases(create), ...targetCases(create), ...damageCases(create)];
}
