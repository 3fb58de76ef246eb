import { type LuckTest, luckVerdict } from "@atc/sweep";
import type { BacktestReport } from "../backtest/backtest-report.ts";
import { type OpenBacktestWithCurves, openRun } from "../backtest/run-backtest.ts";
import type { Runtime } from "../wiring/runtime.ts";
import { type BacktestTests, noTests, type TestSeconds } from "./backtest-tests.ts";
import { judgedRun } from "./judged-run.ts";
import { runTests } from "./run-tests.ts";
import { luckSettings, type ValidateOptions } from "./validation-options.ts";
import { verdictRule, verdictSentence } from "./verdict-text.ts";

/** Whether luck is excluded, and why. */
export interface ValidationVerdict {
  /** Whether no test failed, and all have a result. */
  readonly survives: boolean;
  /** The tests that fail or have no result. */
  readonly failed: readonly LuckTest[];
  /** The answer in one sentence. */
  readonly sentence: string;
  /** The rule behind it. */
  readonly rule: string;
}

/** A backtest, judged. */
export interface BacktestValidation {
  /** The backtest. */
  readonly report: BacktestReport;
  /** The name of the dataset that holds the data. */
  readonly dataset: string;
  readonly samples: number;
  readonly seed: number;
  readonly tests: BacktestTests;
  /** Seconds until each test was done; they run at the same time. Tests that did not run are left out. */
  readonly seconds: TestSeconds;
  readonly verdict: ValidationVerdict;
}

/** A judged backtest whose curves are open. Disposal frees them. */
export interface OpenValidation extends BacktestValidation, Disposable {
  /** The backtest, with its curves and trades. */
  readonly backtest: OpenBacktestWithCurves;
}

/**
 * Like {@link validate}, with the curves still open, so that the validation can be stored as a run.
 *
 * @throws what {@link validate} throws
 */
export async function openValidation(
  runtime: Runtime,
  data: string | undefined,
  options: ValidateOptions = {},
): Promise<OpenValidation> {
  const settings = luckSettings(options);
  const run = await openRun(runtime, data, { ...options, curves: true, decisions: true });
  const backtest = run.backtest as OpenBacktestWithCurves;
  using _data = run.opened;
  try {
    const { report, dataset } = backtest;
    const judged = judgedRun(runtime, run);
    const done =
      judged === undefined ? { tests: noTests, seconds: {} } : await runTests(runtime, judged, settings, options);
    const { tests, seconds } = done;
    const { survives, failed } = luckVerdict(tests);
    const { samples, seed } = settings;
    const verdict = { survives, failed, sentence: verdictSentence(tests, failed), rule: verdictRule };
    const dispose = (): void => backtest[Symbol.dispose]();
    return { report, dataset, samples, seed, tests, seconds, verdict, backtest, [Symbol.dispose]: dispose };
  } catch (error) {
    backtest[Symbol.dispose]();
    throw error;
  }
}

/**
 * Backtests a file or a dataset, and tests whether the result is more than luck: Monte Carlo of its trades, the same
 * trades at random entries, a bootstrap of its bar returns, and other costs, as `docs/validation.md` describes. The
 * verdict is for a backtest that was chosen before it was seen. Samples depend on the seed alone, not on threads and
 * machines.
 *
 * @throws what `openBacktest` throws; ATC_INVALID_CONFIG for samples, a seed, a block, a ruin or a warm-up out of range
 */
export async function validate(
  runtime: Runtime,
  data: string | undefined,
  options: ValidateOptions = {},
): Promise<BacktestValidation> {
  using open = await openValidation(runtime, data, options);
  const { backtest: _, [Symbol.dispose]: __, ...validation } = open;
  return validation;
}
