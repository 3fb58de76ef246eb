import { isAtcError, type PriceColumns, type SignalConfig } from "@atc/contract";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { compute, createStream, longestWarmup, signalOutputs } from "../src/index.ts";
import { kernels, useKernel } from "./kernels.ts";
import { randomWalk } from "./price-walks.ts";

const close = randomWalk(900);
const bad = [Number.NaN, Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY, 0, -0, -100];

function thrownBy(run: () => unknown): unknown {
  try {
    run();
  } catch (error) {
    if (isAtcError(error)) return { code: error.code, details: error.details };
    throw error;
  }
  return "nothing";
}

describe.each(kernels)("the kernel %s", (kernel) => {
  useKernel(kernel);

  it("ignores a push with a bad price and names its bar", () => {
    fc.assert(
      fc.property(fc.integer({ min: 1, max: 300 }), fc.nat(299), fc.constantFrom(...bad), (before, place, price) => {
        const stream = createStream();
        const wanted = createStream();
        stream.push({ close: close.subarray(0, before) });
        wanted.push({ close: close.subarray(0, before) });
        const chunk = close.slice(before, before + 300);
        chunk[place] = price;
        const error = {
          code: "ATC_INVALID_DATA",
          details: { column: "close", bar: before + place, value: String(price) },
        };
        expect(thrownBy(() => stream.push({ close: chunk }))).toEqual(error);
        const targets = { ema: new Float64Array(300).fill(7) };
        expect(thrownBy(() => stream.pushInto({ close: chunk }, targets))).toEqual(error);
        expect(targets.ema.every((value) => value === 7)).toBe(true);
        const one = { ...error, details: { ...error.details, bar: before } };
        expect(thrownBy(() => stream.pushBar({ close: price }))).toEqual(one);
        expect(thrownBy(() => stream.pushBarInto({ close: price }, new Float64Array(20)))).toEqual(one);
        const last = { ...error, details: { ...error.details, bar: before - 1 } };
        expect(thrownBy(() => stream.replace({ close: price }))).toEqual(last);
        expect(stream.snapshot()).toEqual(wanted.snapshot());
        expect(stream.pushBar({ close: 5 })).toEqual(wanted.pushBar({ close: 5 }));
      }),
      { numRuns: 40 },
    );
  });

  it.each(["open", "high", "low"] as const)("accepts %s as a source only if every price is valid", (column) => {
    const config = { calculationSource: column };
    const holes = close.map((price, bar) => (bar === 450 ? Number.NaN : price));
    expect(thrownBy(() => compute({ close }, config))).toMatchObject({ code: "ATC_INVALID_DATA", details: { column } });
    expect(thrownBy(() => compute({ close, [column]: holes }, config))).toMatchObject({
      details: { column, bar: 450 },
    });
    const short: PriceColumns = { close, [column]: close.subarray(1) };
    expect(thrownBy(() => compute(short, config))).toMatchObject({ details: { column, length: 899 } });
    expect(compute({ close, [column]: close }, config).columns).toEqual(compute({ close }).columns);
  });

  it("rejects a series without bars and accepts a push without bars", () => {
    expect(thrownBy(() => compute({ close: new Float64Array() }))).toMatchObject({ code: "ATC_INVALID_DATA" });
    const stream = createStream();
    for (const output of signalOutputs) expect(stream.push({ close: new Float64Array() })[output]).toHaveLength(0);
    stream.push({ close });
    const before = stream.snapshot();
    stream.push({ close: new Float64Array() });
    expect(stream.snapshot()).toEqual(before);
  });

  it("computes a series shorter than any average, in which only KAMA votes", () => {
    for (const dialect of ["lts", "tradingview"] as const) {
      const config: Partial<SignalConfig> = { dialect, emaLength: 500, kamaLength: 400, wmaLength: 300 };
      const prices = close.subarray(0, 20);
      expect(longestWarmup(config)).toBeGreaterThan(500);
      const { columns } = compute({ close: prices }, config);
      for (const kind of ["ema", "hma", "wma", "dema", "lsma"] as const) {
        expect(columns[kind].every(Number.isNaN)).toBe(true);
        expect(columns[`${kind}Signal`].every((signal) => signal === 0)).toBe(true);
      }
      expect(columns.kama.every(Number.isFinite)).toBe(true);
      expect(columns.averageSignal.every(Number.isFinite)).toBe(true);
    }
    const { columns } = compute({ close: close.subarray(0, 1) });
    expect([columns.averageSignal[0], columns.direction[0]]).toEqual([0, 0]);
  });

  it("gives finite signals if the growth of returns overflows a double", () => {
    const config = { lambda: 1e6, growthCap: "none" } as const;
    const { columns, diagnostics } = compute({ close }, config);
    expect(diagnostics.largestGrowth).toBe(Number.POSITIVE_INFINITY);
    expect(diagnostics.warnings.map(({ threshold }) => threshold)).toEqual([1.1, 1.25]);
    for (const output of ["averageSignal", "emaEquity", "kamaSignal"] as const) {
      expect(columns[output].every(Number.isFinite)).toBe(true);
    }
  });
});
