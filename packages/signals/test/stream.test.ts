import { isAtcError, type PriceColumns } from "@atc/contract";
import { describe, expect, it } from "vitest";
import {
  columnNames,
  compute,
  createStream,
  type SignalTargets,
  type SignalWarning,
  signalOutputs,
  signalsVersion,
} from "../src/index.ts";
import { randomWalk } from "./price-walks.ts";

const close = randomWalk(700);
const open = close.map((price, bar) => close[bar - 1] ?? price);

function codeOf(run: () => unknown): { readonly code: string; readonly details: unknown } {
  try {
    run();
  } catch (error) {
    if (isAtcError(error)) return { code: error.code, details: error.details };
    throw error;
  }
  return { code: "none", details: {} };
}

describe("outputs", () => {
  it("have a canonical order and a column name each", () => {
    expect(signalOutputs.map((output) => columnNames[output]).join()).toBe(
      "EMA,HMA,WMA,DEMA,LSMA,KAMA,EMA_Signal,HMA_Signal,WMA_Signal,DEMA_Signal,LSMA_Signal,KAMA_Signal,EMA_S,HMA_S,WMA_S,DEMA_S,LSMA_S,KAMA_S,Average_Signal,Direction",
    );
    expect(signalsVersion).toBeGreaterThan(0);
  });

  it.each(signalOutputs)("%s is the same alone and among all", (output) => {
    const all = compute({ close }).columns;
    const alone = compute({ close }, {}, { outputs: [output] }).columns;
    expect(Object.keys(alone)).toEqual([output]);
    expect(alone[output]).toEqual(all[output]);
  });

  it("are not affected by averages without votes", () => {
    const outputs = ["ema", "wma", "lsmaSignal", "hma"] as const;
    const { columns } = compute({ close }, {}, { outputs });
    const all = compute({ close }).columns;
    for (const output of outputs) expect(columns[output]).toEqual(all[output]);
  });

  it("are float64 and an int8 direction", () => {
    const { columns } = compute({ close });
    expect(columns.direction).toBeInstanceOf(Int8Array);
    expect(columns.ema).toBeInstanceOf(Float64Array);
  });

  it("are computed in float64 and rounded to float32", () => {
    const { columns } = compute({ close }, { precision: "float32" });
    const exact = compute({ close }).columns;
    for (const output of signalOutputs) {
      if (output === "direction") expect(columns.direction).toEqual(exact.direction);
      else expect(columns[output]).toEqual(Float32Array.from(exact[output]));
    }
    const { ema } = createStream({ precision: "float32", emaLength: 7 }, { outputs: ["ema"] }).pushBar({ close: 0.1 });
    expect(ema).toBeNaN();
  });

  it("reject an unknown name", () => {
    const outputs = ["sma"] as unknown as readonly ["ema"];
    expect(codeOf(() => createStream({}, { outputs })).code).toBe("ATC_INVALID_ARGUMENT");
  });
});

describe("prices", () => {
  it("may have any numeric type", () => {
    const whole = close.map(Math.round);
    const wanted = compute({ close: whole }).columns;
    expect(compute({ close: Int32Array.from(whole) }).columns).toEqual(wanted);
    expect(compute({ close: Float32Array.from(whole) }).columns).toEqual(wanted);
  });

  it("of the calculation source give the averages, closes the crossings", () => {
    const { columns } = compute({ close, open }, { calculationSource: "open" });
    expect(columns.wma.subarray(30)).toEqual(compute({ close: open }).columns.wma.subarray(30));
    expect(columns.averageSignal).not.toEqual(compute({ close: open }).columns.averageSignal);
  });

  it.each([
    ["no bars", () => compute({ close: new Float64Array() }), {}],
    ["no prices of the source", () => compute({ close }, { calculationSource: "high" }), { column: "high" }],
    ["columns that differ in length", () => compute({ close, low: open.subarray(1) }), { column: "low", length: 699 }],
    [
      "a bad source",
      () => compute({ close, open: open.map((_, i) => i - 5) }, { calculationSource: "open" }),
      { bar: 0 },
    ],
    [
      "a NaN",
      () => compute({ close: close.map((price, i) => (i === 321 ? Number.NaN : price)) }),
      { bar: 321, value: "NaN" },
    ],
  ])("are rejected: %s", (_, run, details) => {
    expect(codeOf(run)).toMatchObject({ code: "ATC_INVALID_DATA", details });
  });

  it("that are not used are not checked", () => {
    expect(codeOf(() => compute({ close, open: open.map(() => Number.NaN) })).code).toBe("none");
  });
});

describe("a cutout", () => {
  it("that leaves no bar of a series is rejected", () => {
    const { code, details } = codeOf(() => compute({ close }, { cutout: 700 }));
    expect(code).toBe("ATC_INVALID_CONFIG");
    expect(details).toMatchObject({ faults: [{ path: "cutout", value: "700" }] });
    expect(codeOf(() => compute({ close }, { cutout: 699 })).code).toBe("none");
  });

  it("beyond the bars so far is accepted by a stream", () => {
    const columns = createStream({ cutout: 1000, dialect: "tradingview" }).push({ close });
    expect(columns.averageSignal.every(Number.isNaN)).toBe(true);
  });
});

describe("pushInto", () => {
  it("writes the values that push returns, to the given targets only", () => {
    const all = compute({ close }).columns;
    const stream = createStream();
    const targets = {
      averageSignal: new Float64Array(700),
      ema: new Float32Array(800).fill(7),
      direction: new Int8Array(700),
    };
    stream.pushInto({ close }, targets);
    expect(targets.averageSignal).toEqual(all.averageSignal);
    expect(targets.direction).toEqual(all.direction);
    expect(targets.ema.subarray(0, 700)).toEqual(Float32Array.from(all.ema));
    expect(targets.ema[700]).toBe(7);
    expect(stream.position).toBe(700);
  });

  it.each([
    ["too short", { ema: new Float64Array(699) }],
    ["whose type cannot hold the output", { ema: new Int8Array(700) }],
    ["for an output that is not computed", { wma: new Float64Array(700) }],
  ])("rejects a target %s before any state changes", (_, targets: SignalTargets) => {
    const outputs = ["ema", "direction"] as const;
    const stream = createStream({}, { outputs });
    expect(codeOf(() => stream.pushInto({ close }, targets as SignalTargets<"ema">)).code).toBe("ATC_INVALID_ARGUMENT");
    expect(stream.position).toBe(0);
    expect(stream.push({ close })).toEqual(compute({ close }, {}, { outputs }).columns);
  });
});

describe("pushBar", () => {
  it.each([
    ["the source is missing", { close: 1 }],
    ["the close is not positive", { close: 0, open: 1 }],
    ["the source is infinite", { close: 1, open: Number.POSITIVE_INFINITY }],
  ])("rejects a bar if %s", (_, bar) => {
    const stream = createStream({ calculationSource: "open" });
    stream.pushBar({ close: 1, open: 1 });
    expect(codeOf(() => stream.pushBar(bar)).code).toBe("ATC_INVALID_DATA");
    expect(stream.position).toBe(1);
  });
});

describe("diagnostics", () => {
  const long: PriceColumns = { close: randomWalk(12_000) };

  it("report growth, floors, ties and weights", () => {
    const { columns, diagnostics } = compute({ close });
    expect(diagnostics.bars).toBe(700);
    expect(diagnostics.largestGrowth).toBe(Math.exp(0.00002 * 699));
    expect(diagnostics.floorShare).toBe(0);
    expect(diagnostics.weights.kama).toBe(columns.kamaEquity.at(-1));
    expect(diagnostics.warnings).toEqual([]);
  });

  it("count as a tie every bar at which the close is its average", () => {
    const { diagnostics } = compute({ close: new Float64Array(100).fill(5) });
    const lengths = [28, 29, 30, 32, 34, 27, 26, 24, 22];
    const ordinary = lengths.reduce((sum, length) => sum + 100 - (length - 1), 0);
    const hull = lengths.reduce((sum, length) => sum + 100 - (length - 2 + Math.floor(Math.sqrt(length))), 0);
    expect(diagnostics.ties).toBe(4 * ordinary + hull + 900);
  });

  it("find every equity on the floor if everything decays", () => {
    const weights = {
      emaWeight: 0.1,
      hmaWeight: 0.1,
      wmaWeight: 0.1,
      demaWeight: 0.1,
      lsmaWeight: 0.1,
      kamaWeight: 0.1,
    };
    const { diagnostics } = compute({ close }, { decay: 100, ...weights });
    expect(diagnostics.floorShare).toBe((60 * 700 - 54) / (60 * 700));
  });

  it("have no growth and no weights if every output is an average", () => {
    const { diagnostics } = compute(long, {}, { outputs: ["ema"] });
    expect(diagnostics).toMatchObject({ largestGrowth: 1, floorShare: 0, ties: 0, warnings: [] });
    expect(diagnostics.weights.ema).toBeNaN();
  });

  it("warn once above 1.1 and once above 1.25, at the same bars in any chunks", () => {
    for (const chunk of [1, 500, 12_000]) {
      const warnings: SignalWarning[] = [];
      const stream = createStream(
        { lambda: 0.03 },
        { outputs: ["emaSignal"], onWarning: (warning) => warnings.push(warning) },
      );
      for (let from = 0; from < 12_000; from += chunk) stream.push({ close: long.close.subarray(from, from + chunk) });
      expect(warnings.map(({ threshold }) => threshold)).toEqual([1.1, 1.25]);
      for (const { threshold, bar, growth } of warnings) {
        expect(growth).toBe(Math.exp(0.00003 * bar));
        expect(growth).toBeGreaterThan(threshold);
        expect(Math.exp(0.00003 * (bar - 1))).toBeLessThanOrEqual(threshold);
      }
      expect(stream.diagnostics().warnings).toEqual(warnings);
    }
  });

  it.each([
    ["the default cap", {}, [1.1]],
    ["no cap", { growthCap: "none" }, [1.1, 1.25]],
    ["a low cap", { growthCap: 4000 }, []],
    ["no growth", { lambda: 0, growthCap: "none" }, []],
    ["hardly any growth", { lambda: 1e-300, growthCap: "none" }, []],
  ] as const)("warn by the growth that there is under %s", (_, config, thresholds) => {
    expect(compute(long, config).diagnostics.warnings.map(({ threshold }) => threshold)).toEqual(thresholds);
  });
});
