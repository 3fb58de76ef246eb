import assert from "node:assert/strict";
import type { AtcErrorCode, Codec } from "@atc/contract";
import type { ConformanceCase } from "../base/conformance-case.ts";
import { priceBytes, randomBytes, sampleBytes, textBytes } from "../base/sample-bytes.ts";
import { assertBytes, assertCode } from "./codec-assertions.ts";
import { damageCases } from "./codec-damage-cases.ts";
import { precisionBytes } from "./precision-bytes.ts";

const typesizes = [1, 4, 8, 17];

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

/** Among these lengths, output may end on the last byte of a buffer inside the encoder. */
const shortLengths = 300;

function lengthCases(create: () => Codec): readonly ConformanceCase[] {
  return [
    {
      name: `restores every length up to ${shortLengths}`,
      run: () => {
        const codec = create();
        for (let length = 0; length <= shortLengths; length++) {
          for (const bytes of [randomBytes(length, length), textBytes(length, length)])
            assertBytes(codec.decode(codec.encode(bytes)), bytes, `${length} bytes`);
        }
      },
    },
  ];
}

function precisionCases(create: () => Codec): readonly ConformanceCase[] {
  return [
    {
      name: "restores results in full precision",
      run: () => {
        const codec = create();
        for (const { name, bytes } of precisionBytes())
          for (const typesize of [1, 8]) assertBytes(codec.decode(codec.encode(bytes, { typesize })), bytes, name);
      },
    },
  ];
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
      name: "leaves its argument unchanged and keeps no part of it",
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
      name: "accepts views at odd offsets and subclasses of Uint8Array",
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
      name: "writes nothing outside its target",
      run: () => {
        const codec = create();
        const bytes = priceBytes(10_000, 6);
        const around = new Uint8Array(10_200).fill(0xee);
        codec.decode(codec.encode(bytes, { typesize: 8 }), { target: around.subarray(100, 10_100) });
        assertBytes(around.subarray(0, 100), new Uint8Array(100).fill(0xee), "before the target");
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

/**
 * The laws of `Codec`. 0 bytes to 1 MiB and doubles in full precision round-trip. Arguments stay unchanged and
 * unshared. Targets, `maxLength` and `decodedLength` are exact. Damage (truncation, trailing bytes, flipped bits,
 * random bytes) gives bytes or an error with a code, within `maxLength`.
 *
 * @param create - creates the codec under test; called once per case
 */
export function codecCases(create: () => Codec): readonly ConformanceCase[] {
  return [
    ...roundTripCases(create),
    ...lengthCases(create),
    ...precisionCases(create),
    ...argumentCases(create),
    ...targetCases(create),
    ...damageCases(create),
  ];
}
