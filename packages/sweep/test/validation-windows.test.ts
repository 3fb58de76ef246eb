import fc from "fast-check";
import { describe, expect, it } from "vitest";
import type { Span } from "../src/validation/base/span.ts";
import { combinatorialPaths } from "../src/validation/windows/combinatorial-paths.ts";
import { type CombinatorialOptions, combinatorialSplits } from "../src/validation/windows/combinatorial-splits.ts";
import { purgedFolds } from "../src/validation/windows/folds.ts";
import { decidingWindows } from "../src/validation/windows/stitch-windows.ts";
import { walkForwardReturns } from "../src/validation/windows/walk-forward-returns.ts";
import { type WalkForwardOptions, walkForwardWindows } from "../src/validation/windows/walk-forward-windows.ts";
import { messageOf } from "./faults.ts";
import { expectClose, matrixOf, readFixture, readReturns } from "./validation-fixtures.ts";

type Named<T> = Omit<T, "bars"> & { readonly n: number };

function withBars<T extends { n: number }>({ n, ...options }: T): Omit<T, "n"> & { bars: number } {
  return { ...options, bars: n };
}

interface WindowCase {
  readonly options: Named<WalkForwardOptions>;
  readonly windows: readonly unknown[];
}

const { cases, stitching } = readFixture<{
  cases: readonly WindowCase[];
  stitching: WindowCase & { directions: readonly (readonly number[])[]; stitched: readonly number[] };
}>("walk-forward");
const expected = readFixture<{
  walkForward: { options: Omit<WalkForwardOptions, "bars">; finalEquity: number };
  combinatorial: { plan: Omit<CombinatorialOptions, "bars"> };
}>("expected");

describe("walk-forward", () => {
  it.each(cases)("has the windows of $options", ({ options, windows }) => {
    const make = () => walkForwardWindows(withBars(options));
    if (windows.length > 0) expect(make()).toEqual(windows);
    else expect(messageOf(make)).toContain("there are 59 bars, and the first window needs 60");
  });

  it("follows the window whose test holds the next bar", () => {
    const windows = walkForwardWindows(withBars(stitching.options));
    const deciding = decidingWindows(windows, stitching.options.n);
    const stitched = Array.from(deciding, (window, bar) => stitching.directions[window]?.[bar] ?? 0);
    expect(stitched).toEqual(stitching.stitched);
  });

  it("chooses, joins and measures as other implementations do", () => {
    const { options, finalEquity, ...rest } = expected.walkForward;
    const result = walkForwardReturns(readReturns(), walkForwardWindows({ ...options, bars: 1000 }));
    expectClose(result, rest);
    expectClose(1 + result.totalReturn, finalEquity);
  });

  it("has no efficiency without a gain in training, and no rank correlation of one configuration", () => {
    const windows = walkForwardWindows({ bars: 4, train: 2, test: 2 });
    const {
      efficiency,
      rankCorrelation,
      consistency,
      windows: [first],
    } = walkForwardReturns(matrixOf([[-0.1], [-0.2], [0.1], [0.2]]), windows);
    expect([efficiency, rankCorrelation, consistency]).toEqual([undefined, undefined, 1]);
    expect(first?.efficiency).toBeUndefined();
  });

  it("gives a configuration that does not vary a Sharpe ratio of 0", () => {
    const matrix = matrixOf(Array.from({ length: 6 }, (_, row) => [0.1, row === 2 ? 0.3 : 0.1]));
    const { windows } = walkForwardReturns(matrix, walkForwardWindows({ bars: 6, train: 3, test: 3 }));
    expect(windows).toMatchObject([{ chosen: 1, outOfSample: 0 }]);
  });

  it("tests every bar after the first training once, in order", () => {
    const size = fc.integer({ min: 1, max: 20 });
    const shapes = fc.record({ train: size, test: size, gap: fc.nat(5), warmup: fc.nat(9), anchored: fc.boolean() });
    fc.assert(
      fc.property(shapes, fc.integer({ min: 60, max: 200 }), (shape, bars) => {
        const windows = walkForwardWindows({ ...shape, bars, partial: true });
        let next = shape.warmup + shape.train + shape.gap;
        for (const { train, test, testWarmup } of windows) {
          expect(test[0]).toBe(next);
          expect(test[0] - train[1]).toBe(shape.gap);
          expect(testWarmup).toEqual([test[0] - shape.warmup, test[0]]);
          next = test[1];
        }
        expect(next).toBe(bars);
      }),
    );
  });

  it("refuses overlapping tests, options out of range, and windows outside the matrix", () => {
    const overlapping = walkForwardWindows({ bars: 20, train: 5, test: 4, step: 2 });
    expect(messageOf(() => decidingWindows(overlapping, 20))).toContain("windows 1 and 2 share bars 7 to 8");
    const matrix = matrixOf(Array.from({ length: 20 }, () => [0.01]));
    expect(messageOf(() => walkForwardReturns(matrix, overlapping))).toContain("make step at least test");
    const options = { bars: 20, train: 5, test: 4 };
    for (const fault of [{ train: 0 }, { test: 1.5 }, { step: 0 }, { gap: -1 }, { warmup: -1 }, { bars: Number.NaN }])
      expect(messageOf(() => walkForwardWindows({ ...options, ...fault }))).toContain(Object.keys(fault)[0]);
    expect(messageOf(() => walkForwardWindows({ ...options, warmup: 30 }))).toContain("needs 39 (warm-up 30");
    const longer = walkForwardWindows({ ...options, bars: 40 });
    expect(messageOf(() => walkForwardReturns(matrix, longer), "ATC_INVALID_ARGUMENT")).toContain("20 rows");
    const broken = matrixOf([
      [0.1, 0.2],
      [0, Number.NaN],
    ]);
    expect(messageOf(() => walkForwardReturns(broken, longer), "ATC_INVALID_ARGUMENT")).toContain(
      "configuration 1 in row 1",
    );
    const short = { ...matrix, columns: 2 };
    expect(messageOf(() => walkForwardReturns(short, longer), "ATC_INVALID_ARGUMENT")).toContain("give 40");
  });
});

describe("purged folds", () => {
  const folds =
    readFixture<readonly { options: { n: number; k: number }; folds: readonly unknown[] }[]>("purged-k-fold");

  it.each(folds)("are those of $options", ({ options: { n, k, ...rest }, folds: expectedFolds }) => {
    expect(purgedFolds({ bars: n, folds: k, ...rest })).toEqual(expectedFolds);
  });

  it("test every bar once, and train on no bar near a test", () => {
    const counts = fc.record({ folds: fc.integer({ min: 2, max: 9 }), purge: fc.nat(6), embargo: fc.nat(6) });
    fc.assert(
      fc.property(counts, fc.integer({ min: 9, max: 80 }), (options, bars) => {
        const tested = new Uint8Array(bars);
        for (const { test, train } of purgedFolds({ ...options, bars })) {
          tested.subarray(...test).fill(1);
          const isTrained = new Uint8Array(bars);
          for (const [from, to] of train) isTrained.subarray(from, to).fill(1);
          const isNear = (bar: number) =>
            bar >= test[0] - options.purge && bar < test[1] + options.purge + options.embargo;
          isTrained.forEach((is, bar) => {
            expect(is).toBe(isNear(bar) ? 0 : 1);
          });
        }
        expect(tested.every((is) => is === 1)).toBe(true);
      }),
    );
  });

  it("refuse fewer bars than folds", () => {
    expect(messageOf(() => purgedFolds({ bars: 3, folds: 4 }))).toContain("3 bars, too few for 4 folds");
    expect(messageOf(() => purgedFolds({ bars: 3, folds: 1 }))).toContain("folds is 1");
  });
});

describe("combinatorial cross-validation", () => {
  const plans =
    readFixture<
      readonly { options: Named<CombinatorialOptions>; groups: readonly Span[]; splits: unknown; paths: unknown }[]
    >("combinatorial");

  it.each(plans)("has the splits and paths of $options", ({ options, ...plan }) => {
    expect(combinatorialSplits(withBars(options))).toEqual(plan);
  });

  it("chooses and follows paths as other implementations do", () => {
    const { plan, ...rest } = expected.combinatorial;
    expectClose(combinatorialPaths(readReturns(), combinatorialSplits({ ...plan, bars: 1000 })), rest);
  });

  it("has no deviation of a single path", () => {
    const matrix = matrixOf([[0.1], [0.2], [0.1], [0.3]]);
    const { sdSharpe, chosen } = combinatorialPaths(matrix, combinatorialSplits({ bars: 4, groups: 2, tests: 1 }));
    expect([sdSharpe, chosen]).toEqual([undefined, [0, 0]]);
  });

  it("refuses too many splits, too long a purge, and a plan of other bars", () => {
    expect(messageOf(() => combinatorialSplits({ bars: 99, groups: 40, tests: 20 }))).toContain("of 40 groups");
    expect(messageOf(() => combinatorialSplits({ bars: 9, groups: 3, tests: 3 }))).toContain("tests is 3");
    const plan = combinatorialSplits({ bars: 9, groups: 3, tests: 1, purge: 5 });
    const matrix = matrixOf(Array.from({ length: 9 }, () => [0.01, 0.02]));
    expect(messageOf(() => combinatorialPaths(matrix, plan))).toContain("fewer than 2 bars to train on if groups 0");
    const other = combinatorialSplits({ bars: 8, groups: 2, tests: 1 });
    expect(messageOf(() => combinatorialPaths(matrix, other), "ATC_INVALID_ARGUMENT")).toContain("9 rows");
  });
});
