import { type BacktestConfig, isAtcError } from "@atc/contract";
import { describe, expect, it } from "vitest";
import {
  atcStrategy,
  type BoundStrategy,
  bindStrategy,
  builtInStrategies,
  cross,
  type LookaheadFinding,
  lookaheadSteps,
  memorySeries,
  strategyOf,
  type WarmupFinding,
  warmupSteps,
} from "../src/index.ts";

const hour = 3_600_000n;

/** Hourly closes of a wave with noise, the same in every run. */
function madeSeries(bars: number): ReturnType<typeof memorySeries> {
  let state = 7;
  let price = 100;
  const close = Float64Array.from({ length: bars }, (_, i) => {
    state = (Math.imul(state, 1_103_515_245) + 12_345) >>> 0;
    price *= Math.exp(Math.sin(i / 50) / 300 + (state / 2 ** 32 - 0.5) * 0.02);
    return price;
  });
  const timestamp = BigInt64Array.from({ length: bars }, (_, i) => 1_704_067_200_000n + BigInt(i) * hour);
  const open = Float64Array.from({ length: bars }, (_, i) => close[Math.max(0, i - 1)] ?? 0);
  const high = close.map((price, i) => Math.max(price, open[i] ?? 0) * 1.001);
  const low = close.map((price, i) => Math.min(price, open[i] ?? 0) * 0.999);
  return memorySeries("AAA", { timestamp, open, high, low, close });
}

/** The element of an array; NaN beyond its end. */
function at(values: ArrayLike<number>, i: number): number {
  return values[i] ?? Number.NaN;
}

function lastOf<Result>(steps: Generator<number, Result, void>): { readonly result: Result; readonly rows: number } {
  let rows = 0;
  let step = steps.next();
  for (; step.done !== true; step = steps.next()) rows = step.value;
  return { result: step.value, rows };
}

function lookahead(
  strategy: BoundStrategy,
  given: Partial<Parameters<typeof lookaheadSteps>[1]> = {},
): LookaheadFinding {
  const series = madeSeries(3_000);
  return lastOf(lookaheadSteps(series, { strategy, cuts: 50, seed: 1, ...given })).result;
}

function warmup(strategy: BoundStrategy, shifts: readonly number[], bars = 3_000): WarmupFinding {
  return lastOf(warmupSteps(madeSeries(bars), { strategy, shifts })).result;
}

describe("the check of look-ahead", () => {
  const ofSymbols = builtInStrategies
    .map((strategy) => bindStrategy(strategy))
    .filter((strategy) => strategy.scope !== "universe");
  it.each([atcStrategy(), ...ofSymbols])("finds nothing in $name", (strategy) => {
    const finding = lookahead(strategy);
    expect(finding).toEqual({ symbol: "AAA", bars: 3_000, cuts: expect.any(Number) });
    expect(finding.cuts).toBeGreaterThan(40);
  });

  it("reads the series twice if nothing is found", () => {
    const series = madeSeries(3_000);
    expect(lastOf(lookaheadSteps(series, { strategy: bindStrategy(cross), cuts: 20, seed: 1 })).rows).toBe(6_000);
  });

  it("finds a decision that reads the next close, and names bar, cut and both decisions", () => {
    const cheat = strategyOf("next", () => ({ close }, directions) => {
      for (let i = 0; i < close.length; i++) directions[i] = at(close, i + 1) > at(close, i) ? 1 : -1;
    });
    const { first } = lookahead(cheat);
    expect(first).toEqual({
      cause: "ahead",
      time: expect.stringMatching(/^2024-/),
      cut: first?.time,
      whole: { direction: 1 },
      other: { direction: -1 },
    });
  });

  it("finds a strategy that reads far ahead, or the mean of all", () => {
    const far = strategyOf("far", () => ({ close }, directions) => {
      for (let i = 0; i < close.length; i++) directions[i] = at(close, i + 100) > at(close, i) ? 1 : 0;
    });
    const mean = strategyOf("mean", () => ({ close }, directions) => {
      const middle = Array.from(close as Float64Array).reduce((sum, one) => sum + one, 0) / close.length;
      for (let i = 0; i < close.length; i++) directions[i] = at(close, i) > middle ? 1 : 0;
    });
    expect(lookahead(far).first?.cause).toBe("ahead");
    expect(lookahead(mean).first?.cause).toBe("ahead");
  });

  it("finds a strategy that reads the memory behind its column", () => {
    const cheat = strategyOf("behind", () => ({ close }, directions) => {
      const all = new Float64Array((close as Float64Array).buffer);
      const start = (close as Float64Array).byteOffset / 8;
      for (let i = 0; i < close.length; i++) directions[i] = at(all, start + i + 1) > at(close, i) ? 1 : 0;
    });
    const series = madeSeries(40_000);
    expect(lastOf(lookaheadSteps(series, { strategy: cheat, cuts: 50, seed: 1 })).result.first?.cause).toBe("ahead");
  });

  it("separates the division into blocks from later bars", () => {
    const forgetful = strategyOf("forgetful", () => ({ close }, directions) => {
      for (let i = 1; i < close.length; i++) directions[i] = at(close, i) > at(close, i - 1) ? 1 : -1;
    });
    expect(lookahead(forgetful).first?.cause).toBe("blocks");
  });

  it("separates random numbers and memory of earlier runs from later bars", () => {
    let calls = 0;
    const runs = strategyOf("runs", () => {
      const direction = calls++ % 2;
      return (_bars, directions) => directions.fill(direction);
    });
    const finding = lookahead(
      strategyOf("random", () => (_bars, directions) => {
        calls++;
        for (let i = 0; i < directions.length; i++) directions[i] = Math.random() > 0.5 ? 1 : 0;
      }),
    );
    expect(finding.first?.cause).toBe("unsteady");
    expect(lookahead(runs).first?.cause).toBe("unsteady");
  });

  it("compares strengths, weights and entries if the account reads them", () => {
    const cheat = (name: "strength" | "weight" | "longEntry", outputs: BoundStrategy["outputs"]): BoundStrategy =>
      strategyOf(
        name,
        () =>
          ({ close }, directions, decisions) => {
            directions.fill(1);
            for (const values of Object.values(decisions)) values.fill(0);
            const own = decisions[name];
            if (own === undefined) return;
            for (let i = 0; i < close.length; i++)
              own[i] = at(close, i + 1) > at(close, i) ? 1 : name === "longEntry" ? 0 : 0.5;
          },
        { outputs: outputs ?? [] },
      );
    const found = (strategy: BoundStrategy, config: Partial<BacktestConfig>): LookaheadFinding["first"] =>
      lookahead(strategy, { config }).first;
    expect(found(cheat("strength", ["strength"]), {})).toBeUndefined();
    const proportional = found(cheat("strength", ["strength"]), { sizing: "signalProportional" });
    expect(proportional).toMatchObject({ cause: "ahead", whole: { strength: 1 }, other: { strength: 0.5 } });
    expect(found(cheat("weight", ["weight"]), { signal: "weight" })).toMatchObject({ cause: "ahead" });
    const entries = ["longEntry", "longExit", "shortEntry", "shortExit"] as const;
    expect(found(cheat("longEntry", entries), { signal: "entries" })).toMatchObject({
      cause: "ahead",
      whole: { entry: true },
      other: { entry: false },
    });
  });

  it("leaves out bars with invalid prices as a backtest does", () => {
    const series = madeSeries(500);
    const close = Float64Array.from(series.window("close", 0, 500));
    close[40] = Number.NaN;
    close[41] = 0;
    const timestamp = BigInt64Array.from({ length: 500 }, (_, i) => 1_704_067_200_000n + BigInt(i) * hour);
    const holes = memorySeries("AAA", { timestamp, close });
    const strategy = bindStrategy(cross, { fast: 2, slow: 5 });
    const config = { invalidPrices: "skip" } as const;
    const { result } = lastOf(lookaheadSteps(holes, { strategy, config, cuts: 400, seed: 3 }));
    expect(result).toMatchObject({ bars: 498 });
    expect(result.first).toBeUndefined();
    const { result: warm } = lastOf(warmupSteps(holes, { strategy, config, shifts: [30, 60] }));
    expect(warm.shifts.map(({ bars }) => bars)).toEqual([468, 440]);
    expect(warm.shifts.map(({ lastChange }) => lastChange <= 5)).toEqual([true, true]);
  });

  it("reads the last bars of a limit only", () => {
    expect(lookahead(bindStrategy(cross), { limit: 700 }).bars).toBe(700);
  });

  it("refuses a number of cuts below 1 and a seed with a fraction", () => {
    for (const given of [{ cuts: 0 }, { seed: 0.5 }])
      expect(() => lookahead(bindStrategy(cross), given)).toThrow(
        expect.toSatisfy((error) => isAtcError(error, "ATC_INVALID_ARGUMENT")),
      );
  });

  it("passes on what the strategy throws", () => {
    const failing = strategyOf("failing", () => () => {
      throw new RangeError("no");
    });
    expect(() => lookahead(failing)).toThrow("no");
  });
});

describe("the check of warm-up", () => {
  it("finds no change of cross beyond its longest average", () => {
    const { shifts } = warmup(bindStrategy(cross, { fast: 10, slow: 50 }), [50, 250, 1_000]);
    expect(shifts.map(({ shift, bars }) => [shift, bars])).toEqual([
      [50, 2_950],
      [250, 2_750],
      [1_000, 2_000],
    ]);
    for (const { changed, lastChange, beyond } of shifts) {
      expect(changed).toBeGreaterThan(0);
      expect(lastChange).toBeLessThan(50);
      expect(beyond.map((one) => one.changed)).toEqual([0, 0, 0]);
    }
    expect(shifts[1]?.beyond.map(({ after, bars }) => [after, bars])).toEqual([
      [50, 2_700],
      [250, 2_500],
      [1_000, 1_750],
    ]);
  });

  it("counts every direction of a strategy that never forgets its start", () => {
    const parity = strategyOf("parity", () => {
      let bars = 0;
      return (_bars, directions) => {
        for (let i = 0; i < directions.length; i++) directions[i] = bars++ % 2;
      };
    });
    const { shifts } = warmup(parity, [3, 4], 100);
    expect(shifts[0]).toMatchObject({ shift: 3, bars: 97, changed: 97, lastChange: 97 });
    expect(shifts[0]?.beyond).toEqual([
      { after: 3, bars: 94, changed: 94 },
      { after: 4, bars: 93, changed: 93 },
    ]);
    expect(shifts[1]).toMatchObject({ shift: 4, bars: 96, changed: 0, lastChange: 0 });
  });

  it("measures ATC, whose equities never forget their start", () => {
    const { shifts } = warmup(atcStrategy(), [250, 1_000]);
    expect(shifts).toHaveLength(2);
    for (const { changed, bars } of shifts) expect(changed).toBeLessThanOrEqual(bars);
    expect(shifts.some(({ changed }) => changed > 0)).toBe(true);
  });

  it("leaves out a start beyond the last bar, and costs at most one run per start", () => {
    const strategy = bindStrategy(cross);
    const { result, rows } = lastOf(warmupSteps(madeSeries(800), { strategy, shifts: [1_000, 250] }));
    expect(result.shifts.map(({ shift }) => shift)).toEqual([250]);
    expect(rows).toBe(800 + 550);
  });

  it("refuses a shift below 1", () => {
    expect(() => warmup(bindStrategy(cross), [0])).toThrow(/a shift is "0"/);
  });
});
