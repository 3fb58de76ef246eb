import { checkInteger, invalidSetting } from "../base/check-settings.ts";
import { countCombinations, nextCombination } from "../base/combinations.ts";
import type { Span } from "../base/span.ts";
import { checkFolds, equalSpans, trainingSpans } from "./folds.ts";

/** How bars are divided into groups, of which every choice is tested once. */
export interface CombinatorialOptions {
  /** The number of bars. */
  readonly bars: number;
  /** The number of groups, 2 or more. */
  readonly groups: number;
  /** Groups that are tested together, at least one and fewer than all. */
  readonly tests: number;
  /** Bars before and after a tested group that are not trained on. Default: 0. */
  readonly purge?: number | undefined;
  /** Further bars after a tested group that are not trained on. Default: 0. */
  readonly embargo?: number | undefined;
}

/** Groups that are tested together, and what is left to train on. */
export interface CombinatorialSplit {
  /** Numbers of the groups that are tested, rising. */
  readonly testGroups: readonly number[];
  /** Their bars, a span per group. */
  readonly test: readonly Span[];
  /** The bars that are trained on, as spans that do not touch. */
  readonly train: readonly Span[];
}

/** All splits, and how they join to paths over all bars. */
export interface CombinatorialPlan {
  /** The bars of each group. */
  readonly groups: readonly Span[];
  /** In lexicographic order of their groups. */
  readonly splits: readonly CombinatorialSplit[];
  /** For each path, the number of the split that tests each group. */
  readonly paths: readonly (readonly number[])[];
}

/** The most splits: each compares all configurations over most bars. */
const mostSplits = 10_000;

/**
 * Combinatorial purged cross-validation (López de Prado 2018, chapter 12). Purge and embargo may leave a split nothing
 * to train on; its list is empty.
 *
 * @throws ATC_INVALID_CONFIG for an option out of range, for fewer bars than groups, or for more than 10,000 splits
 */
export function combinatorialSplits(options: CombinatorialOptions): CombinatorialPlan {
  const { bars, groups: count, tests } = options;
  checkInteger("groups", count, 2);
  const folds = { ...options, folds: count };
  checkFolds(folds);
  checkInteger("tests", tests, 1, count - 1);
  const most = countCombinations(count, tests);
  if (most > mostSplits)
    throw invalidSetting(
      "groups",
      `${tests} of ${count} groups make ${most} splits, more than ${mostSplits}; give fewer groups or tests`,
    );
  const groups = equalSpans(bars, count);
  const splits: CombinatorialSplit[] = [];
  const splitsByGroup = groups.map((): number[] => []);
  const chosen = Int32Array.from({ length: tests }, (_, place) => place);
  do {
    const testGroups = Array.from(chosen);
    const test = testGroups.map((group) => groups[group]);
    for (const group of testGroups) splitsByGroup[group].push(splits.length);
    splits.push({ testGroups, test, train: trainingSpans(test, folds) });
  } while (nextCombination(chosen, count));
  const paths = splitsByGroup[0].map((_, path) => splitsByGroup.map((own) => own[path]));
  return { groups, splits, paths };
}
