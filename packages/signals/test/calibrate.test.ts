import { averageKinds, signalDefaults } from "@atc/contract";
import { derivedLengths } from "@atc/plugin-kit";
import fc from "fast-check";
import { afterEach, describe, expect, it, vi } from "vitest";
import { calibrate, compute, computeMany } from "../src/index.ts";
import { assertAgreement } from "./agreement.ts";
import { naiveAverage, naiveVotes } from "./naive-signals.ts";
import { randomWalk, seededRandom } from "./price-walks.ts";
import { anyConfig, anySeries, shapes } from "./random-series.ts";

afterEach(() => {
  vi.unstubAllEnvs();
});

describe("calibrate", () => {
  it.each(averageKinds)("gives the nine averages of %s and their votes at every bar", (kind) => {
    for (const dialect of ["lts", "tradingview"] as const) {
      const close = randomWalk(700, 6);
      const config = { ...signalDefaults, dialect };
      const { lengths, averages, votes } = calibrate({ close }, kind, config);
      expect(lengths).toEqual(derivedLengths(28, "Medium"));
      for (const [index, length] of lengths.entries()) {
        const naive = naiveAverage(kind, [...close], length, config);
        assertAgreement({ [kind]: averages[index] ?? [] }, { [kind]: naive }, close);
        expect(votes[index]).toEqual(Int8Array.from(naiveVotes([...close], naive)));
      }
    }
  });

  it("has the base length's average and the last votes of compute, for any configuration", () => {
    fc.assert(
      fc.property(anyConfig, anySeries(400), fc.constantFrom(...averageKinds), (config, { close }, kind) => {
        fc.pre(config.cutout < close.length);
        const { averages, votes, lengths } = calibrate({ close }, kind, config);
        const { columns, diagnostics } = compute({ close }, config, { outputs: [kind, `${kind}Signal`] });
        expect(averages[0]).toEqual(columns[kind]);
        const last = diagnostics.lengthWeights[kind] ?? [];
        expect(last.map(({ vote }) => vote)).toEqual(votes.map((values) => values.at(-1)));
        expect(last.map(({ length }) => length)).toEqual(lengths);
      }),
      { numRuns: 100 },
    );
  });

  it("uses the calculation source for averages and the close for crossings", () => {
    const close = randomWalk(300, 2);
    const open = close.map((price) => price * 1.5);
    const { averages, votes } = calibrate({ close, open }, "wma", { calculationSource: "open" });
    expect(averages[0]).toEqual(calibrate({ close: open }, "wma").averages[0]);
    expect(votes[0]).toEqual(Int8Array.from(naiveVotes([...close], [...(averages[0] ?? [])])));
  });

  it("rejects an unknown kind, a bad price and an empty series", () => {
    const close = randomWalk(50);
    const code = (wanted: string): unknown => expect.objectContaining({ code: wanted });
    expect(() => calibrate({ close }, "sma" as "ema")).toThrow(code("ATC_INVALID_ARGUMENT"));
    expect(() => calibrate({ close: new Float64Array([1, 0]) }, "ema")).toThrow(code("ATC_INVALID_DATA"));
    expect(() => calibrate({ close: new Float64Array() }, "ema")).toThrow(code("ATC_INVALID_DATA"));
    expect(() => calibrate({ close }, "ema", { emaLength: 3 })).toThrow(code("ATC_INVALID_CONFIG"));
  });
});

describe.each(["wasm", "reference"])("the weights of lengths with the kernel %s", (kernel) => {
  it.each(Object.keys(shapes))("make up the layer-1 signals of %s prices", (shape) => {
    vi.stubEnv("ATC_KERNEL", kernel);
    const close = Float64Array.from(shapes[shape]?.(600, seededRandom(1)) ?? []);
    const { columns, diagnostics } = compute({ close });
    for (const kind of averageKinds) {
      const weights = diagnostics.lengthWeights[kind] ?? [];
      expect(weights).toHaveLength(9);
      const total = weights.reduce((sum, { weight }) => sum + weight, 0);
      const mean = weights.reduce((sum, { vote, weight }) => sum + vote * weight, 0) / total;
      expect(Math.abs(mean - Number(columns[`${kind}Signal`].at(-1)))).toBeLessThanOrEqual(0.005 + 1e-12);
      expect(diagnostics.weights[kind]).toBe(columns[`${kind}Equity`].at(-1));
    }
  });

  it("are those of each configuration if many are computed", () => {
    vi.stubEnv("ATC_KERNEL", kernel);
    const close = randomWalk(500, 8);
    const configs = [{}, { lambda: 1 }, { decay: 1 }, { dialect: "tradingview", cutout: 499 }] as const;
    for (const [index, { diagnostics }] of computeMany({ close }, configs).entries()) {
      expect(diagnostics).toEqual(compute({ close }, configs[index], { outputs: ["direction"] }).diagnostics);
    }
  });

  it("are NaN before the cutout, and absent for kinds that no output needs", () => {
    vi.stubEnv("ATC_KERNEL", kernel);
    const close = randomWalk(50, 8);
    const { diagnostics } = compute(
      { close },
      { dialect: "tradingview", cutout: 49 },
      { outputs: ["emaSignal", "wma"] },
    );
    expect(Object.keys(diagnostics.lengthWeights)).toEqual(["ema"]);
    expect(diagnostics.lengthWeights.ema?.[0]).toEqual({ length: 28, vote: expect.any(Number), weight: 1 });
  });
});
