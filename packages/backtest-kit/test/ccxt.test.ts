import { isAtcError } from "@atc/contract";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { candlesFromCcxt, candlesToCcxt } from "../src/index.ts";

const faultOf = (rows: readonly (readonly number[])[]): unknown => {
  try {
    candlesFromCcxt(rows);
  } catch (error) {
    return isAtcError(error) ? [error.code, error.details["row"]] : error;
  }
  return "none";
};

const row = (time: number): number[] => [time, 1, 3, 0.5, 2, 10];

describe("candles of ccxt", () => {
  it("become columns", () => {
    const table = candlesFromCcxt([row(1000), row(2000)]);
    expect(table.timestamp).toEqual(BigInt64Array.of(1000n, 2000n));
    expect(table.open).toEqual(Float64Array.of(1, 1));
    expect(table.high).toEqual(Float64Array.of(3, 3));
    expect(table.low).toEqual(Float64Array.of(0.5, 0.5));
    expect(table.close).toEqual(Float64Array.of(2, 2));
    expect(table.volume).toEqual(Float64Array.of(10, 10));
  });

  it("survive a round trip", () => {
    const finite = fc.double({ noNaN: true, noDefaultInfinity: true });
    const rows = fc
      .uniqueArray(fc.maxSafeInteger(), { maxLength: 50 })
      .map((times) => times.toSorted((a, b) => a - b))
      .chain((times) =>
        fc.tuple(...times.map((time) => fc.array(finite, { minLength: 5, maxLength: 5 }).map((v) => [time, ...v]))),
      );
    fc.assert(
      fc.property(rows, (all) => {
        expect(candlesToCcxt(candlesFromCcxt(all))).toEqual(all.map(([time = 0, ...rest]) => [time + 0, ...rest]));
      }),
    );
  });

  it("are rejected if a row does not have six values", () => {
    expect(faultOf([row(1), [2, 1, 1, 1, 1]])).toEqual(["ATC_INVALID_DATA", 1]);
    expect(faultOf([[...row(1), 7]])).toEqual(["ATC_INVALID_DATA", 0]);
    expect(faultOf([null as unknown as number[]])).toEqual(["ATC_INVALID_DATA", 0]);
  });

  it("are rejected if a value is not a finite number", () => {
    for (const value of [Number.NaN, Number.POSITIVE_INFINITY, null, undefined, "1"])
      expect(faultOf([row(1), [2, 1, 1, 1, 1, value as number]])).toEqual(["ATC_INVALID_DATA", 1]);
    expect(faultOf([row(1.5)])).toEqual(["ATC_INVALID_DATA", 0]);
  });

  it("are rejected if times decrease or repeat", () => {
    expect(faultOf([row(1), row(3), row(2)])).toEqual(["ATC_INVALID_DATA", 2]);
    expect(faultOf([row(1), row(1)])).toEqual(["ATC_INVALID_DATA", 1]);
  });

  it("are rejected if columns differ in length", () => {
    const table = { ...candlesFromCcxt([row(1), row(2)]), low: Float64Array.of(1) };
    expect(() => candlesToCcxt(table)).toThrow(expect.objectContaining({ code: "ATC_INVALID_ARGUMENT" }));
  });
});
