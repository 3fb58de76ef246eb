import { readFileSync } from "node:fs";
import { describe, expect, it } from "vitest";
import { normalCdf, normalInverse } from "../src/index.ts";

interface Values {
  readonly x: readonly number[];
  readonly cdf: readonly number[];
  readonly p: readonly number[];
  readonly inverse: readonly number[];
}

const values = JSON.parse(
  readFileSync(new URL("../../../fixtures/metrics/normal.json", import.meta.url), "utf8"),
) as Values;

function error(own: number, expected: number): number {
  return expected === 0 ? Math.abs(own) : Math.abs(own / expected - 1);
}

describe("the normal distribution", () => {
  it("agrees with the fixtures to 1e-13, also far down the lower tail", () => {
    expect(
      values.x.map((x, i) => error(normalCdf(x), values.cdf[i] as number)).filter((one) => !(one < 1e-13)),
    ).toStrictEqual([]);
  });
  it("has an inverse that agrees to 1e-13", () => {
    expect(
      values.p.map((p, i) => error(normalInverse(p), values.inverse[i] as number)).filter((one) => !(one < 1e-13)),
    ).toStrictEqual([]);
  });
  it("is undone by its inverse at every scale", () => {
    // An error of x is x times as large in the tail.
    for (let p = 0.4999; p > 1e-300; p *= 0.83) expect(error(normalCdf(normalInverse(p)), p)).toBeLessThan(1e-12);
  });
  it("is symmetric, and continuous where its approximations meet", () => {
    for (const x of [0.46875 * Math.SQRT2, 4 * Math.SQRT2]) {
      expect(error(normalCdf(-x * (1 - 1e-15)), normalCdf(-x * (1 + 1e-15)))).toBeLessThan(1e-12);
      expect(normalCdf(x)).toBe(1 - normalCdf(-x));
    }
  });
  it("has infinite ends and nothing beyond", () => {
    expect([normalInverse(0), normalInverse(1), normalInverse(0.5)]).toStrictEqual([-Infinity, Infinity, 0]);
    expect([normalInverse(-0.1), normalInverse(1.1), normalInverse(Number.NaN), normalCdf(Number.NaN)]).toStrictEqual(
      Array(4).fill(Number.NaN),
    );
    expect([normalCdf(-Infinity), normalCdf(Infinity), normalCdf(0)]).toStrictEqual([0, 1, 0.5]);
  });
});
