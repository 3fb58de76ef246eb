import assert from "node:assert/strict";
import { allocate, type DType, type Filter, type FilteredValues, isAtcError, type TypedArray } from "@atc/contract";
import type { ConformanceCase } from "../base/conformance-case.ts";
import { priceBytes, randomBytes, seededRandom } from "../base/sample-bytes.ts";
import { assertBytes, assertCode } from "./codec-assertions.ts";

const dtypes: readonly DType[] = ["int8", "uint8", "int32", "uint32", "int64", "float32", "float64"];
const lengths = [0, 1, 2, 7, 1000, 65_535, 65_536, 65_537, 131_073];

function bytesOf(values: TypedArray): Uint8Array {
  return new Uint8Array(values.buffer, values.byteOffset, values.byteLength);
}

/** An array of any bits: random ones, which are NaN of every payload among floats. */
function randomValues(dtype: DType, length: number): TypedArray {
  const values = allocate(dtype, length);
  bytesOf(values).set(randomBytes(values.byteLength, length + 1));
  return values;
}

/** A walk of rounded prices, as far as the dtype holds them. */
function prices(dtype: DType, length: number): TypedArray {
  const walk = new Float64Array(priceBytes(8 * length, 3).buffer, 0, length);
  const values = allocate(dtype, length);
  walk.forEach((price, i) => {
    if (values instanceof BigInt64Array) values[i] = BigInt(Math.round(100 * price));
    else values[i] = dtype.startsWith("float") ? price : Math.round(price);
  });
  return values;
}

/** Prices among which NaN, -0, infinities, the smallest and the largest numbers stand. */
function specialFloats(dtype: "float32" | "float64"): TypedArray {
  const values = prices(dtype, 3000) as Float64Array | Float32Array;
  const specials = [
    Number.NaN,
    -0,
    0,
    Number.POSITIVE_INFINITY,
    Number.NEGATIVE_INFINITY,
    5e-324,
    1.7e308,
    1 / 3,
    -1e-9,
  ];
  specials.forEach((special, i) => {
    values[37 * i] = special;
    values[1000 + i] = special;
  });
  bytesOf(values).set([1, 2, 3, 4, 0xf0, 0x7f, 0, 0], 8 * 200);
  return values;
}

interface Sample {
  readonly name: string;
  readonly values: TypedArray;
}

function samples(): readonly Sample[] {
  const sized = dtypes.flatMap((dtype) =>
    lengths.flatMap((length) => [
      { name: `${length} prices of ${dtype}`, values: prices(dtype, length) },
      ...(length <= 1000 ? [{ name: `${length} random ${dtype}`, values: randomValues(dtype, length) }] : []),
    ]),
  );
  const constant = dtypes.map((dtype) => ({ name: `1000 zeros of ${dtype}`, values: allocate(dtype, 1000) }));
  return [
    ...sized,
    ...constant,
    { name: "special float64", values: specialFloats("float64") },
    { name: "special float32", values: specialFloats("float32") },
  ];
}

/** An array of the same type and length with other content. */
function targetFor(values: TypedArray, length: number = values.length): TypedArray {
  const target = new (values.constructor as new (length: number) => TypedArray)(length);
  bytesOf(target).fill(0xee);
  return target;
}

function roundTripCases(create: () => Filter): readonly ConformanceCase[] {
  return samples().map(({ name, values }) => ({
    name: `restores ${name}, bit for bit`,
    run: () => {
      const filter = create();
      const before = bytesOf(values).slice();
      const { bytes, configuration, typesize } = filter.encode(values);
      assertBytes(bytesOf(values), before, "encode changed its argument");
      assert.ok(Number.isInteger(typesize) && typesize >= 1 && typesize <= 255, `typesize is ${typesize}`);
      assert.equal(bytes.length % typesize, 0, "the bytes are no whole elements");
      const stored = JSON.parse(JSON.stringify(configuration)) as typeof configuration;
      assert.deepEqual(stored, configuration, "the configuration is not plain JSON");
      const target = targetFor(values);
      const sent = bytes.slice();
      filter.decode(sent, stored, target);
      assertBytes(sent, bytes, "decode changed its argument");
      assertBytes(bytesOf(target), before, "decoded");
    },
  }));
}

function sharingCases(create: () => Filter): readonly ConformanceCase[] {
  return [
    {
      name: "has a name in lower case",
      run: () => assert.match(create().name, /^[a-z][a-z0-9-]*$/),
    },
    {
      name: "keeps no part of its arguments and shares none between results",
      run: () => {
        const filter = create();
        const values = prices("float64", 5000);
        const expected = bytesOf(values).slice();
        const first = filter.encode(values);
        bytesOf(values).fill(0xee);
        const bytes = first.bytes.slice();
        filter.encode(prices("int8", 5000)).bytes.fill(0);
        assertBytes(first.bytes, bytes, "after another call");
        const target = targetFor(values);
        const other = targetFor(values);
        filter.decode(first.bytes, first.configuration, target);
        filter.decode(bytes, first.configuration, other);
        bytes.fill(0);
        bytesOf(other).fill(0);
        assertBytes(bytesOf(target), expected, "decoded");
      },
    },
    {
      name: "writes nothing beside its target",
      run: () => {
        const filter = create();
        const values = prices("float64", 1000) as Float64Array;
        const { bytes, configuration } = filter.encode(values);
        const around = new Float64Array(1100);
        filter.decode(bytes, configuration, around.subarray(50, 1050));
        assert.ok(
          around.subarray(0, 50).every((value) => value === 0),
          "ahead of the target",
        );
        assert.ok(
          around.subarray(1050).every((value) => value === 0),
          "after the target",
        );
      },
    },
  ];
}

/** Decodes damage: the answer is values or ATC_CORRUPT_DATA. */
function assertSurvives(
  filter: Filter,
  { bytes, configuration }: FilteredValues,
  target: TypedArray,
  what: string,
): void {
  try {
    filter.decode(bytes, configuration, target);
  } catch (error) {
    assert.ok(isAtcError(error, "ATC_CORRUPT_DATA"), `${what}: threw ${String(error)}`);
  }
}

const wrongMembers = [undefined, null, -1, 0, 1.5, 1e300, 2 ** 31, "x", [], {}, true];

function damageCases(create: () => Filter): readonly ConformanceCase[] {
  const values = prices("float64", 2000);
  return [
    {
      name: "refuses bytes of another length, and a target of another length",
      run: () => {
        const filter = create();
        const { bytes, configuration } = filter.encode(values);
        const longer = new Uint8Array(bytes.length + 8);
        longer.set(bytes);
        for (const other of [bytes.subarray(0, bytes.length - 1), bytes.subarray(0, 0), longer])
          assertCode(
            () => filter.decode(other, configuration, targetFor(values)),
            ["ATC_CORRUPT_DATA"],
            `${other.length} bytes`,
          );
        for (const length of [0, 1999, 2001])
          assertCode(
            () => filter.decode(bytes, configuration, targetFor(values, length)),
            ["ATC_CORRUPT_DATA"],
            `${length} values`,
          );
      },
    },
    {
      name: "answers 500 flipped bits with values or ATC_CORRUPT_DATA",
      run: () => {
        const filter = create();
        const filtered = filter.encode(values);
        const next = seededRandom(11);
        for (let trial = 0; trial < 500; trial++) {
          const bytes = filtered.bytes.slice();
          const at = next() % bytes.length;
          bytes[at] = (bytes[at] as number) ^ (1 << (next() % 8));
          assertSurvives(filter, { ...filtered, bytes }, targetFor(values), `byte ${at}`);
        }
      },
    },
    {
      name: "answers a configuration that nobody wrote with values or ATC_CORRUPT_DATA",
      run: () => {
        const filter = create();
        const filtered = filter.encode(values);
        assertSurvives(filter, { ...filtered, configuration: {} }, targetFor(values), "no members");
        for (const member of Object.keys(filtered.configuration))
          for (const wrong of wrongMembers) {
            const { [member]: _, ...others } = filtered.configuration;
            const configuration = wrong === undefined ? others : { ...others, [member]: wrong };
            assertSurvives(filter, { ...filtered, configuration }, targetFor(values), `${member}: ${String(wrong)}`);
          }
      },
    },
  ];
}

/**
 * The laws of `Filter`: round trips of every dtype, bit for bit, with NaN of any payload, -0 and infinities; a configuration that survives JSON; arguments
 * unchanged and unshared; bytes and targets of wrong lengths, flipped bits and strange configurations that give values or ATC_CORRUPT_DATA.
 *
 * @param create - makes the filter under test; called once a case
 */
export function filterCases(create: () => Filter): readonly ConformanceCase[] {
  return [...roundTripCases(create), ...sharingCases(create), ...damageCases(create)];
}
