import { deflateSync } from "node:zlib";
import { filterCases } from "@atc/testing";
import { describe, expect, it } from "vitest";
import { numericFilter } from "../src/index.ts";
import { bytesOf, minutes, prices, weightedAverage } from "./columns.ts";

describe("the filter numeric", () => {
  for (const { name, run } of filterCases(numericFilter)) it(name, run);

  it("makes prices and times smaller under another codec", () => {
    const filter = numericFilter();
    const close = prices(30_000, 30_000, 2);
    for (const [values, gain] of [
      [close, 1.25],
      [minutes(30_000, 0.01), 1.5],
      [weightedAverage(close, 9), 1.1],
    ] as const)
      expect(deflateSync(bytesOf(values)).length / deflateSync(filter.encode(values).bytes).length).toBeGreaterThan(
        gain,
      );
  });

  it("gives up a divisor that a later piece does not have", () => {
    const filter = numericFilter();
    const values = BigInt64Array.from({ length: 200_000 }, (_, i) => 1000n * BigInt(i % 777));
    values[190_000] = 1n;
    const { bytes, configuration } = filter.encode(values);
    const target = new BigInt64Array(values.length);
    filter.decode(bytes, configuration, target);
    expect(Buffer.compare(bytesOf(target), bytesOf(values))).toBe(0);
  });
});
