import { checkInteger, invalidSetting } from "../base/check-settings.ts";
import type { Span } from "../base/span.ts";

/** How bars are divided into windows. All lengths are in bars. */
export interface WalkForwardOptions {
  /** The number of bars. */
  readonly bars: number;
  /** Bars on which configurations are compared; if anchored, those of the first window. */
  readonly train: number;
  /** Bars on which the best configuration is tested. */
  readonly test: number;
  /** Bars from a window to the next. Default: `test`. */
  readonly step?: number | undefined;
  /** Whether every window trains from the first trained bar on. Default: false. */
  readonly anchored?: boolean | undefined;
  /** Bars between training and test that neither uses. Default: 0. */
  readonly gap?: number | undefined;
  /** Bars before a span on which signals are computed and nothing is traded. Default: all, so training begins at 0. */
  readonly warmup?: number | "all" | undefined;
  /** Whether a last test may be shorter than `test`. Default: false. */
  readonly partial?: boolean | undefined;
}

/** A window of a walk-forward. */
export interface WalkForwardWindow {
  /** Bars before the training on which signals are computed. */
  readonly trainWarmup: Span;
  /** Bars on which configurations are compared. */
  readonly train: Span;
  /** Bars before the test on which signals are computed. */
  readonly testWarmup: Span;
  /** Bars on which the chosen one trades. */
  readonly test: Span;
}

/**
 * The windows of a walk-forward, in order. Tests overlap if `step` is less than `test`.
 *
 * @throws ATC_INVALID_CONFIG for an option out of range, or if there are too few bars for a window
 */
export function walkForwardWindows(options: WalkForwardOptions): readonly WalkForwardWindow[] {
  const { bars, train, test, step = test, anchored = false, gap = 0, warmup = "all", partial = false } = options;
  checkInteger("bars", bars, 0);
  checkInteger("train", train, 1);
  checkInteger("test", test, 1);
  checkInteger("step", step, 1);
  checkInteger("gap", gap, 0);
  if (warmup !== "all") checkInteger("warmup", warmup, 0);
  const first = warmup === "all" ? 0 : warmup;
  const before = (bar: number): Span => [warmup === "all" ? 0 : bar - warmup, bar];
  const windows: WalkForwardWindow[] = [];
  for (let shift = 0; ; shift += step) {
    const from = anchored ? first : first + shift;
    const to = first + shift + train;
    const start = to + gap;
    const end = Math.min(bars, start + test);
    const isPartial = start + test > bars;
    if (start >= bars || (isPartial && !partial)) break;
    windows.push({
      trainWarmup: before(from),
      train: [from, to],
      testWarmup: before(start),
      test: [start, end],
    });
    if (isPartial) break;
  }
  if (windows.length > 0) return windows;
  const needed = first + train + gap + (partial ? 1 : test);
  const parts = `warm-up ${first}, train ${train}, gap ${gap}, test ${partial ? "1 or more" : test}`;
  throw invalidSetting(
    "walkForward",
    `there are ${bars} bars, and the first window needs ${needed} (${parts}); shorten it, or give more bars`,
  );
}
