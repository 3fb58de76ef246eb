import { AtcError } from "@atc/contract";
import { checkStitching, type WalkForwardOptions, type WalkForwardWindow, walkForwardWindows } from "@atc/sweep";

/** How bars are divided into windows. Lengths are in bars of the union of all symbols' times. */
export interface WindowLengths extends Omit<WalkForwardOptions, "bars" | "train" | "test"> {
  /** Bars on which configurations are compared; if anchored, those of the first window. Required without `count`. */
  readonly train?: number | undefined;
  /** Bars on which the best configuration is tested. Required without `count`. */
  readonly test?: number | undefined;
  /**
   * The number of windows, instead of `test`. Training takes four tests and the bars that are left over, so the windows
   * end at the last bar. With `train`, fewer than `count` bars at the end are in no window.
   */
  readonly count?: number | undefined;
}

/** All lengths of windows, in bars. */
export interface CompleteLengths {
  /** Bars on which configurations are chosen. */
  readonly train: number;
  /** Bars on which the best configuration is tested. */
  readonly test: number;
  /** Bars from one window to the next. */
  readonly step: number;
  /** Whether all windows begin at the first bar. */
  readonly anchored: boolean;
  /** Bars between training and test. */
  readonly gap: number;
  /** Bars before a window that signals see. */
  readonly warmup: number | "all";
  /** Whether a last test may have fewer bars. */
  readonly partial: boolean;
}

/** The windows of a walk-forward, and what they were made from. */
export interface PlannedWindows {
  readonly lengths: CompleteLengths;
  readonly windows: readonly WalkForwardWindow[];
}

/** The length of training in tests, if only the number of windows is given. */
const testsOfTraining = 4;

function invalid(path: string, what: string): AtcError {
  return new AtcError("ATC_INVALID_CONFIG", what, { details: { faults: [{ path, allowed: what }] } });
}

/** The lengths of training and test of a number of windows. */
function countedLengths(bars: number, count: number, lengths: WindowLengths): { train: number; test: number } {
  const { train, gap = 0, warmup = "all" } = lengths;
  if (!Number.isSafeInteger(count) || count < 1)
    throw invalid("windows", `the number of windows is ${count}; give an integer of 1 or more`);
  const other = (["test", "step", "partial"] as const).find((name) => lengths[name] !== undefined);
  if (other !== undefined)
    throw invalid("windows", `the number of windows and "${other}" are given; leave one of them out`);
  const rest = bars - gap - (warmup === "all" ? 0 : warmup);
  const test = Math.floor(train === undefined ? rest / (count + testsOfTraining) : (rest - train) / count);
  if (test >= 1) return { train: train ?? rest - count * test, test };
  const needed = bars - rest + (train === undefined ? count + testsOfTraining : train + count);
  throw invalid(
    "windows",
    `there are ${bars} bars, and ${count} windows need ${needed} or more; give fewer windows, or more bars`,
  );
}

/**
 * The windows of a walk-forward over a number of bars.
 *
 * @throws ATC_INVALID_CONFIG for a length out of range, for too few bars, and if tests overlap
 */
export function planWindows(bars: number, given: WindowLengths): PlannedWindows {
  const { count, train, test, step, anchored = false, gap = 0, warmup = "all", partial = false } = given;
  if (count === undefined && (train === undefined || test === undefined))
    throw invalid(
      "windows",
      "a walk-forward needs the bars of its windows; give the lengths of training and test, or the number of windows",
    );
  const counted = count === undefined ? undefined : countedLengths(bars, count, given);
  const { train: trained, test: tested } = counted ?? { train: train as number, test: test as number };
  const lengths = { train: trained, test: tested, step: step ?? tested, anchored, gap, warmup, partial };
  // The bars that are left over can be as many as a short test.
  const windows = walkForwardWindows({ bars, ...lengths }).slice(0, count);
  checkStitching(windows);
  return { lengths, windows };
}
