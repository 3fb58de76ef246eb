import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { roundHalfAway, roundHalfEven } from "../src/reference/rounding.ts";

// Eighths and sixteenths are exact in binary, so 100 x is an exact half at each odd eighth.
const halves = [0.125, 0.375, 0.625, 0.875, -0.125, -0.375, -0.625, -0.875];

describe("roundHalfEven", () => {
  it("rounds exact halves to the even hundredth", () => {
    expect(halves.map(roundHalfEven)).toEqual([0.12, 0.38, 0.62, 0.88, -0.12, -0.38, -0.62, -0.88]);
  });

  it("rounds half a hundredth to 0, because 100 times it is an exact half", () => {
    expect([0.005, -0.005].map(roundHalfEven)).toEqual([0, 0]);
    expect(roundHalfEven(0.015)).toBe(0.02);
  });
});

describe("roundHalfAway", () => {
  it("rounds exact halves away from zero", () => {
    expect(halves.map(roundHalfAway)).toEqual([0.13, 0.38, 0.63, 0.88, -0.13, -0.38, -0.63, -0.88]);
  });

  it("rounds half a hundredth to a whole one", () => {
    expect([0.005, -0.005].map(roundHalfAway)).toEqual([0.01, -0.01]);
  });
});

describe.each([roundHalfEven, roundHalfAway])("%o", (round) => {
  it("does not change a hundredth", () => {
    for (let hundredth = -100; hundredth <= 100; hundredth++) expect(round(hundredth / 100)).toBe(hundredth / 100);
  });

  it("rounds values next to a half to the nearest hundredth", () => {
    expect([0.1249999, 0.1250001, -0.1249999, -0.1250001].map(round)).toEqual([0.12, 0.13, -0.12, -0.13]);
  });

  it("never gives -0", () => {
    for (const x of [-0, -0.001, 0.001]) expect(Object.is(round(x), 0)).toBe(true);
  });

  it("keeps NaN", () => {
    expect(round(Number.NaN)).toBeNaN();
  });

  it("stays within half a hundredth and is odd", () => {
    fc.assert(
      fc.property(fc.double({ min: -1, max: 1, noNaN: true }), (x) => {
        expect(Math.abs(round(x) - x)).toBeLessThanOrEqual(0.005 + 1e-15);
        expect(round(-x) + round(x)).toBe(0);
      }),
    );
  });
});
