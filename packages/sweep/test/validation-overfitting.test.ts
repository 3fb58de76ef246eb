import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { createRandomNumbers } from "../src/index.ts";
import type { ReturnMatrix } from "../src/validation/base/return-matrix.ts";
import { backtestOverfitting } from "../src/validation/overfitting/backtest-overfitting.ts";
import { deflatedSharpe, expectedMaxSharpe, probabilityAbove } from "../src/validation/overfitting/deflated-sharpe.ts";
import { effectiveTrials } from "../src/validation/overfitting/effective-trials.ts";
import { returnMoments } from "../src/validation/overfitting/return-moments.ts";
import { sweepVerdict } from "../src/validation/overfitting/sweep-verdict.ts";
import { messageOf } from "./faults.ts";
import { columnsOf, expectClose, matrixOf, readFixture, readReturns, readTies } from "./validation-fixtures.ts";

interface Overfitting {
  readonly first?: Record<string, readonly number[]>;
}

const expected = readFixture<{
  sharpePerBar: readonly number[];
  effectiveTrials: number;
  deflatedSharpe: unknown;
  deflatedSharpeEffective: unknown;
  pbo16: Overfitting;
  pbo6: Overfitting;
  pboTies8: Overfitting;
  edges: Readonly<Record<"deflatedOneColumn" | "pboOneColumn" | "pboTooShort", unknown>>;
}>("expected");
const returns = readReturns();
const ties = readTies();
const oneColumn = columnsOf(returns, [36]);

/** Returns without skill. */
function noise(seed: number, rows: number, columns: number): ReturnMatrix {
  const random = createRandomNumbers(seed);
  return { rows, columns, values: Float64Array.from({ length: rows * columns }, () => random.real() - 0.5) };
}

const broken: ReturnMatrix = { rows: 2, columns: 2, values: new Float64Array(3) };

describe("the deflated Sharpe ratio", () => {
  it("is that of other implementations", () => {
    const sharpes = Array.from({ length: 60 }, (_, column) => returnMoments(returns, column).sharpePerBar);
    expectClose(sharpes, expected.sharpePerBar);
    expectClose(deflatedSharpe(returns), expected.deflatedSharpe);
    expectClose(effectiveTrials(returns), expected.effectiveTrials);
    expectClose(deflatedSharpe(returns, effectiveTrials(returns)), expected.deflatedSharpeEffective);
    expectClose(deflatedSharpe(oneColumn), expected.edges.deflatedOneColumn);
  });

  it("is lower for more trials", () => {
    const most = fc.integer({ min: 2, max: 1e9 });
    fc.assert(
      fc.property(most, most, (some, further) => {
        const [fewer, more] = [expectedMaxSharpe(1, some), expectedMaxSharpe(1, some + further)];
        expect(more).toBeGreaterThan(fewer);
        const moments = returnMoments(returns, 36);
        expect(probabilityAbove(moments, more / 100)).toBeLessThan(probabilityAbove(moments, fewer / 100) ?? 0);
      }),
    );
  });

  it("is unknown for returns that do not vary", () => {
    const flat = matrixOf([[0.1], [0.1], [0.1]]);
    expect(deflatedSharpe(flat)).toMatchObject({ best: 0, sharpePerBar: 0, deflatedSharpe: undefined });
    expect(effectiveTrials(flat)).toBeUndefined();
  });

  it("refuses a broken matrix, no configurations and impossible trials", () => {
    expect(messageOf(() => deflatedSharpe(broken), "ATC_INVALID_ARGUMENT")).toContain("3 values; give 4");
    expect(messageOf(() => effectiveTrials(broken), "ATC_INVALID_ARGUMENT")).toContain("3 values; give 4");
    expect(messageOf(() => deflatedSharpe(matrixOf([], 0)), "ATC_INVALID_ARGUMENT")).toContain("at least one");
    for (const trials of [Number.NaN, -1, Number.POSITIVE_INFINITY])
      expect(messageOf(() => deflatedSharpe(returns, trials))).toContain(`trials is ${trials}`);
  });
});

describe("effective trials", () => {
  it("are 1 for copies, and about N for independent configurations", () => {
    const copies = columnsOf(returns, [3, 3, 3, 3]);
    expect(effectiveTrials(copies)).toBeCloseTo(1, 9);
    expect(effectiveTrials(noise(1, 5000, 40))).toBeGreaterThan(38);
  });

  it("are the mean over pairs, without columns that do not vary", () => {
    const correlation = (left: number, right: number) => {
      const pair = effectiveTrials(columnsOf(ties, [left, right])) ?? Number.NaN;
      return 2 - pair;
    };
    const pairs = [0, 1, 2, 3].flatMap((left) =>
      [0, 1, 2, 3].flatMap((right) => (left < right ? [[left, right]] : [])),
    );
    const mean = pairs.reduce((sum, [left = 0, right = 0]) => sum + correlation(left, right), 0) / pairs.length;
    expect(effectiveTrials(ties)).toBeCloseTo(mean + (1 - mean) * 5, 9);
  });
});

describe("the probability of backtest overfitting", () => {
  it.each([
    ["16 blocks", returns, 16, expected.pbo16],
    ["6 blocks", returns, 6, expected.pbo6],
    ["equal configurations", ties, 8, expected.pboTies8],
  ] as const)("is that of other implementations: %s", (_, matrix, blocks, { first, ...rest }) => {
    const result = backtestOverfitting(matrix, blocks);
    expectClose(result, rest);
    for (const [name, list] of Object.entries(first ?? {}))
      expectClose(Array.from(result?.[name as "logits"] ?? []).slice(0, list.length), list, name);
  });

  it("is unknown for one configuration or too few rows", () => {
    expectClose(backtestOverfitting(oneColumn, 4), expected.edges.pboOneColumn);
    const short = matrixOf(Array.from({ length: 31 }, (_, row) => [row / 100, -row / 100]));
    expectClose(backtestOverfitting(short, 16), expected.edges.pboTooShort);
  });

  it("is 0 if one configuration is always the best, and its logits ignore the scale of returns", () => {
    const shifted = noise(5, 160, 6);
    for (let at = 2; at < shifted.values.length; at += 6) shifted.values[at] = (shifted.values[at] ?? 0) + 2;
    const best = backtestOverfitting(shifted, 8);
    expect(best?.pbo).toBe(0);
    expect(new Set(best?.chosen)).toEqual(new Set([2]));
    const halved = backtestOverfitting({ ...shifted, values: shifted.values.map((value) => value / 2) }, 8);
    expect(halved?.logits).toEqual(best?.logits);
  });

  it("gives flat configurations a Sharpe ratio of 0 in every half", () => {
    const flat = matrixOf(Array.from({ length: 40 }, () => [0.1, 0.1]));
    expect(backtestOverfitting(flat, 4)).toMatchObject({
      pbo: 1,
      rankCorrelation: undefined,
      degradationSlope: undefined,
      degradationIntercept: undefined,
      meanLogit: 0,
    });
  });

  it("is near a half on average if nothing has skill", () => {
    const each = Array.from({ length: 40 }, (_, seed) => backtestOverfitting(noise(seed, 200, 20), 8)?.pbo ?? 0);
    const mean = each.reduce((sum, one) => sum + one, 0) / each.length;
    expect(mean).toBeGreaterThan(0.35);
    expect(mean).toBeLessThan(0.65);
  });

  it("refuses odd, too few and too many blocks", () => {
    for (const blocks of [3, 0, 22, 1.5])
      expect(messageOf(() => backtestOverfitting(ties, blocks))).toContain(`${blocks}`);
    expect(messageOf(() => backtestOverfitting(broken), "ATC_INVALID_ARGUMENT")).toContain("give 4");
  });
});

describe("the verdict on a sweep", () => {
  it.each([
    [0.95, 0.4, "survives"],
    [0.949, 0.4, "luck"],
    [0.95, 0.401, "luck"],
    [undefined, 0.1, "unknown"],
    [0.99, undefined, "unknown"],
  ] as const)("for a deflated Sharpe ratio of %s and a PBO of %s is %s", (ratio, pbo, verdict) => {
    expect(sweepVerdict({ deflatedSharpe: ratio, pbo })).toBe(verdict);
  });

  it("calls the best of 200 configurations without skill luck, and lets one with skill survive", () => {
    const matrix = noise(11, 800, 200);
    const judge = () =>
      sweepVerdict({ deflatedSharpe: deflatedSharpe(matrix).deflatedSharpe, pbo: backtestOverfitting(matrix, 8)?.pbo });
    expect(judge()).toBe("luck");
    for (let at = 7; at < matrix.values.length; at += 200) matrix.values[at] = (matrix.values[at] ?? 0) + 0.1;
    expect(judge()).toBe("survives");
  });
});
