import type { JudgedFigure, SearchJudgement, SearchOverfitting } from "@atc/report";
import { type BacktestOverfitting, verdictBounds } from "@atc/sweep";
import type { ValidatedTable } from "../sweep/validate-table.ts";
import type { SweepValidation } from "../validate/sweep-validation.ts";
import { countBins } from "./count-bins.ts";
import { finite } from "./search-figures.ts";

const count = (value: number): string => value.toLocaleString("en-US");

/** What `validateTable` finds by cross-validation. */
export type CrossValidation = Pick<ValidatedTable, "barsPerYear" | "folds" | "paths">;

const judgedFigure = (
  name: string,
  title: string,
  value: number | undefined,
  unit: string,
  meaning: string,
): JudgedFigure => ({ name, title, value: finite(value), unit, meaning });

/** The figures of cross-validation; Sharpe ratios are yearly, or per bar if the bars span no time. */
function crossFigures({ barsPerYear, folds, paths }: CrossValidation): readonly JudgedFigure[] {
  const yearly = (perBar: number): number => perBar * Math.sqrt(barsPerYear ?? 1);
  const ofFolds =
    folds === undefined
      ? []
      : [
          judgedFigure(
            "folds.sharpe",
            "Sharpe ratio of the parts",
            yearly(folds.sharpePerBar),
            "ratio",
            `of ${count(folds.folds.length)} parts, each tested with what was best on the others`,
          ),
          judgedFigure("folds.totalReturn", "Return of the parts", folds.totalReturn, "part", "of all tests together"),
        ];
  if (paths === undefined) return ofFolds;
  const { meanSharpe, minSharpe, chosen } = paths;
  const all = count(paths.paths.length);
  return [
    ...ofFolds,
    judgedFigure(
      "paths.meanSharpe",
      "Mean Sharpe ratio of paths",
      yearly(meanSharpe),
      "ratio",
      `of ${all} paths out of sample, from ${count(chosen.length)} splits`,
    ),
    judgedFigure("paths.minSharpe", "Least Sharpe ratio of a path", yearly(minSharpe), "ratio", "likewise"),
    judgedFigure(
      "paths.losing",
      "Paths with a loss",
      paths.paths.filter(({ totalReturn }) => totalReturn < 0).length,
      "count",
      `of ${all}`,
    ),
  ];
}

function figuresOf(validation: SweepValidation): readonly JudgedFigure[] {
  const { deflated, overfitting, superiorAbility, effectiveTrials, sample, trials, haircuts, neighbourhood } =
    validation;
  // If no configuration gains, there is nothing to test.
  const ability = superiorAbility !== undefined && superiorAbility.statistic > 0 ? superiorAbility : undefined;
  return [
    judgedFigure(
      "deflated.deflatedSharpe",
      "Deflated Sharpe ratio",
      deflated?.deflatedSharpe,
      "p",
      `by ${count(trials)} ${trials === 1 ? "try" : "tries"}; ${verdictBounds.deflatedSharpe} or more survives`,
    ),
    judgedFigure(
      "overfitting.pbo",
      "Overfitting (PBO)",
      overfitting?.pbo,
      "p",
      `${verdictBounds.pbo} or less survives`,
    ),
    judgedFigure(
      "superiorAbility.pConsistent",
      "SPA test, p",
      ability?.pConsistent,
      "p",
      "of no gain; it decides nothing",
    ),
    judgedFigure(
      "superiorAbility.realityCheck.p",
      "Reality check, p",
      superiorAbility?.realityCheck.p,
      "p",
      "of no gain; it decides nothing",
    ),
    judgedFigure(
      "overfitting.rankCorrelation",
      "Rank correlation",
      overfitting?.rankCorrelation,
      "ratio",
      "of Sharpe ratios in and out of sample",
    ),
    judgedFigure(
      "effectiveTrials",
      "Effective trials",
      effectiveTrials,
      "count",
      `independent configurations that are as many as the ${count(sample.of)} on all bars`,
    ),
    judgedFigure(
      "haircuts.bonferroni.haircut",
      "Haircut by Bonferroni",
      haircuts?.bonferroni.haircut,
      "part",
      "of the best Sharpe ratio",
    ),
    judgedFigure("haircuts.bhy.haircut", "Haircut by false discovery rate", haircuts?.bhy.haircut, "part", "likewise"),
    ...(neighbourhood === undefined
      ? []
      : [
          judgedFigure(
            "neighbourhood.ratio",
            "Neighbours / winner",
            neighbourhood.ratio,
            "ratio",
            `mean objective of it and ${count(neighbourhood.count - 1)} around it`,
          ),
        ]),
  ];
}

/** The judgement of a sweep's winner for a report, with cross-validation if there is one. */
export function searchJudgement(validation: SweepValidation, crossed?: CrossValidation): SearchJudgement {
  const { verdict, sentence, rule, notes } = validation;
  const figures = [...figuresOf(validation), ...(crossed === undefined ? [] : crossFigures(crossed))];
  return { verdict, sentence, rule, figures, notes };
}

/** The most combinations that are shown as points. */
const mostPoints = 2000;

/** Overfitting for a report; undefined without a finite logit. */
export function searchOverfitting(overfitting: BacktestOverfitting): SearchOverfitting | undefined {
  const { pbo, combinations, probabilityOfLoss, degradationSlope, degradationIntercept } = overfitting;
  const logits = countBins(overfitting.logits, { isSymmetric: true });
  if (logits === undefined) return undefined;
  const every = Math.ceil(combinations / mostPoints);
  const chosen = (values: Float64Array): readonly number[] =>
    Array.from(values)
      .filter((_, place) => place % every === 0)
      .map((value) => Number(value.toPrecision(6)));
  return {
    pbo,
    combinations,
    logits,
    inSample: chosen(overfitting.inSample),
    outOfSample: chosen(overfitting.outOfSample),
    probabilityOfLoss,
    slope: finite(degradationSlope),
    intercept: finite(degradationIntercept),
  };
}
