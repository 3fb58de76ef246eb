import { checkInteger, invalidSetting } from "../base/check-settings.ts";
import type { Span } from "../base/span.ts";

/** How bars are divided into folds. */
export interface FoldOptions {
  /** The number of bars. */
  readonly bars: number;
  /** The number of folds, 2 or more. */
  readonly folds: number;
  /** Bars before and after a test that are not trained on: how far a decision looks ahead. Default: 0. */
  readonly purge?: number | undefined;
  /** Further bars after a test that are not trained on. Default: 0. */
  readonly embargo?: number | undefined;
}

/** A fold: what is tested, and the rest to train on, in order. */
export interface Fold {
  /** The bars of the test. */
  readonly test: Span;
  /** The bars that are trained on, as spans that do not touch. */
  readonly train: readonly Span[];
}

/** Contiguous spans of `bars` bars; the first are one bar longer if they cannot be equal. */
export function equalSpans(bars: number, count: number): readonly Span[] {
  const least = Math.floor(bars / count);
  const longer = bars % count;
  const start = (place: number): number => place * least + Math.min(place, longer);
  return Array.from({ length: count }, (_, place) => [start(place), start(place + 1)]);
}

/** The bars that are in none of the tests, nor in the purged and embargoed bars around them. */
export function trainingSpans(tests: readonly Span[], options: FoldOptions): readonly Span[] {
  const { bars, purge = 0, embargo = 0 } = options;
  const spans: Span[] = [];
  let from = 0;
  for (const [start, end] of tests) {
    if (start - purge > from) spans.push([from, start - purge]);
    from = Math.max(from, Math.min(bars, end + purge + embargo));
  }
  if (from < bars) spans.push([from, bars]);
  return spans;
}

/** Throws ATC_INVALID_CONFIG for an option out of range, or for fewer bars than folds. */
export function checkFolds({ bars, folds, purge = 0, embargo = 0 }: FoldOptions): void {
  checkInteger("bars", bars, 0);
  checkInteger("folds", folds, 2);
  checkInteger("purge", purge, 0);
  checkInteger("embargo", embargo, 0);
  if (bars < folds)
    throw invalidSetting("folds", `there are ${bars} bars, too few for ${folds} folds; give fewer folds or more bars`);
}

/**
 * Purged folds (López de Prado 2018, chapter 7), each of which is tested once. Purge and embargo may leave a fold
 * nothing to train on; its list is empty.
 *
 * @throws ATC_INVALID_CONFIG for an option out of range, or for fewer bars than folds
 */
export function purgedFolds(options: FoldOptions): readonly Fold[] {
  checkFolds(options);
  return equalSpans(options.bars, options.folds).map((test) => ({ test, train: trainingSpans([test], options) }));
}
