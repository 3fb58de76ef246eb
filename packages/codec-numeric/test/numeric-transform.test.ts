import { deflateSync } from "node:zlib";
import { describe, expect, it } from "vitest";
import { numericTransform } from "../src/index.ts";
import { bytesOf, minutes, prices, weightedAverage } from "./columns.ts";
import { transformCases } from "./transform-laws.ts";

describe("the numeric transform", () => {
  for (const { name, run } of transformCases(numericTransform)) it(name, run);

  it("makes prices and times smaller under another codec", () => {
    const transform = numericTransform();
    const close = prices(30_000, 30_000, 2);
    for (const [values, gain] of [
      [close, 1.25],
      [minutes(30_000, 0.01), 1.5],
      [weightedAverage(close, 9), 1.1],
    ] as const)
      expect(deflateSync(bytesOf(values)).length / deflateSync(transform.encode(values).bytes).length).toBeGreaterThan(
        gain,
      );
  });

  it("gives up a divisor that a later piece does not have", () => {
    const transform = numericTransform();
    const values = BigInt64Array.from({ length: 200_000 }, (_, i) => 1000n * BigInt(i % 777));
    values[190_000] = 1n;
    const { bytes, configuration } = transform.encode(values);
    const target = new BigInt64Array(values.length);
    transform.decode(bytes, configuration, target);
    expect(Buffer.compare(bytesOf(target), bytesOf(values))).toBe(0);
  });
});
