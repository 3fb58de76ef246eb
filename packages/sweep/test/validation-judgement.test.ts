import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { openColumns, type ReturnColumns } from "../src/validation/base/return-columns.ts";
import type { ReturnMatrix } from "../src/validation/base/return-matrix.ts";
import { backtestOverfitting } from "../src/validation/overfitting/backtest-overfitting.ts";
import { deflatedSharpe, expectedMaxSharpe, probabilityAbove } from "../src/validation/overfitting/deflated-sharpe.ts";
import { effectiveTrials } from "../src/validation/overfitting/effective-trials.ts";
import { judgeSteps, type SweepJudgement, type SweepTrials } from "../src/validation/overfitting/judge-sweep.ts";
import { returnMoments } from "../src/validation/overfitting/return-moments.ts";
import { superiorAbility } from "../src/validation/overfitting/superior-ability.ts";
import { foldOutcomes } from "../src/validation/windows/fold-outcomes.ts";
import { type Fold, purgedFolds } from "../src/validation/windows/folds.ts";
import { messageOf } from "./faults.ts";
import { columnsOf, matrixOf, readReturns } from "./validation-fixtures.ts";

const returns = readReturns();

/** A matrix that is read one column after the other, into the same array, as from a file. */
function stored(matrix: ReturnMatrix): ReturnColumns {
  const own = new Float64Array(matrix.rows);
  const { rows, columns, values } = matrix;
  return {
    rows,
    columns,
    column(place) {
      for (let row = 0; row < rows; row++) own[row] = values[row * columns + place] as number;
      return own;
    },
  };
}

function judged(given: ReturnMatrix | ReturnColumns, sweep: Partial<SweepTrials> = {}): SweepJudgement {
  const steps = judgeSteps(given, { winner: 0, trials: given.columns, barsPerYear: 252, ...sweep });
  for (;;) {
    const step = steps.next();
    if (step.done === true) return step.value;
  }
}

describe("the judgement of a sweep", () => {
  it("has the statistics of its parts", () => {
    const best = deflatedSharpe(returns);
    const judgement = judged(returns, { winner: best.best });
    expect(judgement.deflated).toEqual({
      deflatedSharpe: best.deflatedSharpe,
      expectedMaxSharpe: best.expectedMaxSharpe,
      trials: 60,
      variance: best.variance,
      ratios: 60,
    });
    expect(judgement.overfitting).toEqual(backtestOverfitting(returns));
    expect(judgement.superiorAbility).toEqual(superiorAbility(returns));
    expect(judgement.effectiveTrials).toBe(effectiveTrials(returns));
  });

  it("is the same if returns are read one column after the other", () => {
    expect(judged(stored(returns), { winner: 7 })).toEqual(judged(returns, { winner: 7 }));
  });

  it("is of the winner, by all trials and by the ratios of all configurations", () => {
    const sharpes = Float64Array.from([0.1, Number.NaN, -0.1, 0.05, 0]);
    const { winner, deflated, effectiveTrials: effective } = judged(returns, { winner: 3, trials: 5000, sharpes });
    expect(winner).toEqual(returnMoments(returns, 3));
    expect(deflated).toMatchObject({ trials: 5000, ratios: 4 });
    const threshold = expectedMaxSharpe(deflated.variance, 5000);
    expect(deflated.deflatedSharpe).toBe(probabilityAbove(returnMoments(returns, 3), threshold));
    expect(effective).toBeLessThan(4);
  });

  it("survives with a trend, and is luck without one", () => {
    const noise = columnsOf(returns, [0, 1, 2, 3, 4, 5, 6, 7]);
    expect(judged(noise, { winner: deflatedSharpe(noise).best, trials: 1000 }).verdict).toBe("luck");
    const trend = { ...noise, values: noise.values.map((value, at) => (at % 8 === 2 ? value + 0.01 : value)) };
    expect(judged(trend, { winner: 2 }).verdict).toBe("survives");
  });

  it("is unknown for one configuration, for few returns, and for returns that do not vary", () => {
    expect(judged(columnsOf(returns, [4]))).toMatchObject({ verdict: "unknown", overfitting: undefined });
    const few = matrixOf(Array.from({ length: 31 }, (_, row) => [row % 3, row % 5]));
    expect(judged(few)).toMatchObject({ verdict: "unknown", overfitting: undefined });
    const more = matrixOf(Array.from({ length: 32 }, (_, row) => [row % 3, row % 5]));
    expect(judged(more).verdict).not.toBe("unknown");
    const flat = matrixOf(Array.from({ length: 64 }, (_, row) => [0, row % 5]));
    expect(judged(flat)).toMatchObject({ verdict: "unknown", winner: { sharpePerBar: 0, skewness: undefined } });
    expect(judged(matrixOf([], 2))).toMatchObject({ verdict: "unknown", haircuts: undefined });
  });

  it("refuses a seed out of range, and returns that are not finite", () => {
    expect(messageOf(() => judged(returns, { seed: -1 }))).toContain("seed is -1; give an integer of 0 or more");
    expect(messageOf(() => judged(returns, { seed: 2 ** 53 }))).toContain("seed");
    const lost = stored(
      matrixOf([
        [0, 1],
        [0, Number.NaN],
      ]),
    );
    expect(messageOf(() => openColumns(lost).column(1), "ATC_INVALID_ARGUMENT")).toBe(
      "the return of configuration 1 in row 1 is NaN; leave out configurations that lost all or failed",
    );
  });
});

describe("cross-validation in folds", () => {
  /** The Sharpe ratio per bar of a column over some rows, computed from a list. */
  function sharpeOf({ columns, values }: ReturnMatrix, column: number, rows: readonly number[]): number {
    const list = rows.map((row) => values[row * columns + column] as number);
    const mean = list.reduce((sum, value) => sum + value, 0) / list.length;
    const squares = list.reduce((sum, value) => sum + (value - mean) ** 2, 0);
    const deviation = Math.sqrt(squares / (list.length - 1));
    return deviation > 1e-14 ? mean / deviation : 0;
  }

  const rowsOf = (spans: Fold["train"]): readonly number[] =>
    spans.flatMap(([from, to]) => Array.from({ length: to - from }, (_, i) => from + i));

  it("chooses the best of the training bars, and follows it through the test", () => {
    const options = fc.record({
      folds: fc.integer({ min: 2, max: 8 }),
      purge: fc.integer({ min: 0, max: 4 }),
      embargo: fc.integer({ min: 0, max: 4 }),
    });
    const gain = fc.double({ min: -0.5, max: 0.5, noNaN: true });
    const rows = fc.array(fc.tuple(gain, gain, gain), { minLength: 30, maxLength: 60 });
    fc.assert(
      fc.property(rows, options, (list, given) => {
        const matrix = matrixOf(list);
        const folds = purgedFolds({ bars: matrix.rows, ...given });
        const found = foldOutcomes(stored(matrix), folds);
        let growth = 1;
        for (const [place, { train, test }] of folds.entries()) {
          const outcome = found.folds[place];
          const sharpes = [0, 1, 2].map((column) => sharpeOf(matrix, column, rowsOf(train)));
          const chosen = sharpes.indexOf(Math.max(...sharpes));
          expect(outcome).toMatchObject({ test, chosen, inSample: sharpes[chosen] });
          expect(outcome?.outOfSample).toBeCloseTo(sharpeOf(matrix, chosen, rowsOf([test])), 10);
          for (const row of rowsOf([test])) growth *= 1 + (list[row]?.[chosen] ?? 0);
        }
        expect(found.totalReturn).toBeCloseTo(growth - 1, 8);
      }),
    );
  });

  it("refuses folds of other bars, and gaps that leave nothing to train on", () => {
    const matrix = matrixOf(Array.from({ length: 20 }, (_, row) => [row % 3, row % 5]));
    const folds = purgedFolds({ bars: 20, folds: 2, purge: 9 });
    expect(messageOf(() => foldOutcomes(matrix, folds))).toContain(
      "purge and embargo leave fewer than 2 bars to train on if fold 1 of 2 is tested; make them shorter",
    );
    expect(
      messageOf(() => foldOutcomes(matrix, purgedFolds({ bars: 21, folds: 2 })), "ATC_INVALID_ARGUMENT"),
    ).toContain("folds have 21 bars");
  });
});
