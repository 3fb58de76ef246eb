import assert from "node:assert/strict";
import { type DType, isAtcError, type TypedArray } from "@atc/contract";
import { allocate } from "@atc/plugin-kit";
import type { ConformanceCase } from "@atc/testing";
import type { NumericTransform, TransformedValues } from "../src/index.ts";
import { bytesOf, prices as priceWalk, uniform } from "./columns.ts";

const dtypes: readonly DType[] = ["int8", "uint8", "int32", "uint32", "int64", "float32", "float64"];
const lengths = [0, 1, 2, 7, 1000, 65_535, 65_536, 65_537, 131_073];

function assertBytes(actual: Uint8Array, expected: Uint8Array, what: string): void {
  assert.equal(Buffer.compare(actual, expected), 0, `${what}: bytes differ`);
}

function assertCorrupt(run: () => unknown, what: string): void {
  assert.throws(run, (error) => isAtcError(error, "ATC_CORRUPT_DATA"), what);
}

/** Random bits: among floats they include NaN of many payloads. */
function randomValues(dtype: DType, length: number): TypedArray {
  const values = allocate(dtype, length);
  const next = uniform(length + 1);
  bytesOf(values).set(Uint8Array.from({ length: values.byteLength }, () => 256 * next()));
  return values;
}

/** A walk of rounded prices, as far as the dtype holds them. */
function prices(dtype: DType, length: number): TypedArray {
  const walk = priceWalk(length, 30_000, 2, 3);
  const values = allocate(dtype, length);
  walk.forEach((price, i) => {
    if (values instanceof BigInt64Array) values[i] = BigInt(Math.round(100 * price));
    else values[i] = dtype.startsWith("float") ? price : Math.round(price);
  });
  return values;
}

/** Prices with NaN, -0, infinities, the smallest and the largest numbers among them. */
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

function targetFor(values: TypedArray, length: number = values.length): TypedArray {
  const target = new (values.constructor as new (length: number) => TypedArray)(length);
  bytesOf(target).fill(0xee);
  return target;
}

function roundTripCases(create: () => NumericTransform): readonly ConformanceCase[] {
  return samples().map(({ name, values }) => ({
    name: `restores ${name}, bit for bit`,
    run: () => {
      const transform = create();
      const before = bytesOf(values).slice();
      const { bytes, configuration, typesize } = transform.encode(values);
      assertBytes(bytesOf(values), before, "encode changed its argument");
      assert.ok(Number.isInteger(typesize) && typesize >= 1 && typesize <= 255, `typesize is ${typesize}`);
      assert.equal(bytes.length % typesize, 0, "the bytes are not whole elements");
      const stored = JSON.parse(JSON.stringify(configuration)) as typeof configuration;
      assert.deepEqual(stored, configuration, "the configuration is not plain JSON");
      const target = targetFor(values);
      const sent = bytes.slice();
      transform.decode(sent, stored, target);
      assertBytes(sent, bytes, "decode changed its argument");
      assertBytes(bytesOf(target), before, "decoded");
    },
  }));
}

function sharingCases(create: () => NumericTransform): readonly ConformanceCase[] {
  return [
    {
      name: "has a name in lower case",
      run: () => assert.match(create().name, /^[a-z][a-z0-9-]*$/),
    },
    {
      name: "keeps no part of its arguments and shares no memory between results",
      run: () => {
        const transform = create();
        const values = prices("float64", 5000);
        const expected = bytesOf(values).slice();
        const first = transform.encode(values);
        bytesOf(values).fill(0xee);
        const bytes = first.bytes.slice();
        transform.encode(prices("int8", 5000)).bytes.fill(0);
        assertBytes(first.bytes, bytes, "after another call");
        const target = targetFor(values);
        const other = targetFor(values);
        transform.decode(first.bytes, first.configuration, target);
        transform.decode(bytes, first.configuration, other);
        bytes.fill(0);
        bytesOf(other).fill(0);
        assertBytes(bytesOf(target), expected, "decoded");
      },
    },
    {
      name: "writes nothing outside its target",
      run: () => {
        const transform = create();
        const values = prices("float64", 1000) as Float64Array;
        const { bytes, configuration } = transform.encode(values);
        const around = new Float64Array(1100);
        transform.decode(bytes, configuration, around.subarray(50, 1050));
        assert.ok(
          around.subarray(0, 50).every((value) => value === 0),
          "before the target",
        );
        assert.ok(
          around.subarray(1050).every((value) => value === 0),
          "after the target",
        );
      },
    },
  ];
}

/** Decodes damage: the result is values or ATC_CORRUPT_DATA. */
function assertSurvives(
  transform: NumericTransform,
  { bytes, configuration }: TransformedValues,
  target: TypedArray,
  what: string,
): void {
  try {
    transform.decode(bytes, configuration, target);
  } catch (error) {
    assert.ok(isAtcError(error, "ATC_CORRUPT_DATA"), `${what}: threw ${String(error)}`);
  }
}

const wrongMembers = [undefined, null, -1, 0, 1.5, 1e300, 2 ** 31, "x", [], {}, true];

function damageCases(create: () => NumericTransform): readonly ConformanceCase[] {
  const values = prices("float64", 2000);
  return [
    {
      name: "refuses bytes of another length, and a target of another length",
      run: () => {
        const transform = create();
        const { bytes, configuration } = transform.encode(values);
        const longer = new Uint8Array(bytes.length + 8);
        longer.set(bytes);
        for (const other of [bytes.subarray(0, bytes.length - 1), bytes.subarray(0, 0), longer])
          assertCorrupt(() => transform.decode(other, configuration, targetFor(values)), `${other.length} bytes`);
        for (const length of [0, 1999, 2001])
          assertCorrupt(() => transform.decode(bytes, configuration, targetFor(values, length)), `${length} values`);
      },
    },
    {
      name: "decodes 500 flipped bits to values or ATC_CORRUPT_DATA",
      run: () => {
        const transform = create();
        const transformed = transform.encode(values);
        const next = uniform(11);
        for (let trial = 0; trial < 500; trial++) {
          const bytes = transformed.bytes.slice();
          const at = Math.floor(next() * bytes.length);
          bytes[at] = (bytes[at] as number) ^ (1 << Math.floor(next() * 8));
          assertSurvives(transform, { ...transformed, bytes }, targetFor(values), `byte ${at}`);
        }
      },
    },
    {
      name: "decodes with an invalid configuration to values or ATC_CORRUPT_DATA",
      run: () => {
        const transform = create();
        const transformed = transform.encode(values);
        assertSurvives(transform, { ...transformed, configuration: {} }, targetFor(values), "no members");
        for (const member of Object.keys(transformed.configuration))
          for (const wrong of wrongMembers) {
            const { [member]: _, ...others } = transformed.configuration;
            const configuration = wrong === undefined ? others : { ...others, [member]: wrong };
            assertSurvives(
              transform,
              { ...transformed, configuration },
              targetFor(values),
              `${member}: ${String(wrong)}`,
            );
          }
      },
    },
  ];
}

/**
 * The laws of the transform. Every dtype comes back bit for bit, with NaN of any payload, -0 and infinities. The
 * configuration survives JSON. Arguments stay unchanged and unshared. Damage gives values or ATC_CORRUPT_DATA.
 */
export function transformCases(create: () => NumericTransform): readonly ConformanceCase[] {
  return [...roundTripCases(create), ...sharingCases(create), ...damageCases(create)];
}
