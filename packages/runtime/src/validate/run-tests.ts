import type { Executor, OperationOptions } from "@atc/contract";
import { createPacer } from "@atc/plugin-kit";
import type { Runtime } from "../wiring/runtime.ts";
import type { BacktestTests, TestSeconds } from "./backtest-tests.ts";
import { testCosts } from "./costs-test.ts";
import { testEntries } from "./entries-test.ts";
import type { JudgedRun } from "./judged-run.ts";
import { runReturns, testReturns } from "./returns-test.ts";
import { sampleRunner } from "./sample-runner.ts";
import { testTrades } from "./trades-test.ts";
import type { LuckSettings } from "./validation-options.ts";

/** What the tests found, and when. */
export interface TimedTests {
  readonly tests: BacktestTests;
  readonly seconds: TestSeconds;
}

/** Steps of a bootstrap that take as long as the signals of one bar. */
const stepsPerBar = 50;

/** Bars whose signals take as long as the samples. */
function workOf({ portfolio: { length }, curves }: JudgedRun, { samples }: LuckSettings): number {
  const readers = curves.shared === undefined ? curves.accounts.map((one) => one.curves) : [curves.shared.curves];
  const trades = readers.reduce((sum, one) => sum + one.trades, 0);
  return (samples * (length + 10 * trades)) / stepsPerBar;
}

/** Reports samples and simulations of several tests as one progress. */
function sharedProgress(total: number, options: OperationOptions) {
  const pacer = createPacer(options);
  let done = 0;
  let simulations = 0;
  const report = (): void =>
    pacer.report({
      phase: "sampling",
      done: Math.round(done),
      total,
      unit: "samples",
      note: `${simulations} simulations with other costs`,
    });
  return {
    onSamples(more: number): void {
      done += more;
      report();
    },
    onSimulation(): void {
      simulations++;
      report();
    },
    flush: pacer.flush,
  };
}

/** What {@link runTests} needs besides the run. */
interface TestsOptions extends OperationOptions {
  readonly settings: LuckSettings;
  readonly executor: Executor | undefined;
}

/** Runs all tests at the same time. If one fails, the others are stopped before its error is thrown. */
async function runTogether(
  runtime: Runtime,
  run: JudgedRun,
  { settings, executor, signal, onProgress }: TestsOptions,
): Promise<TimedTests> {
  const startedAt = performance.now();
  const seconds: { -readonly [Test in keyof TestSeconds]: TestSeconds[Test] } = {};
  async function timed<Result>(test: keyof TestSeconds, running: Promise<Result>): Promise<Result> {
    const result = await running;
    seconds[test] = (performance.now() - startedAt) / 1000;
    return result;
  }
  const returns = runReturns(run, settings);
  const stopping = new AbortController();
  const joined = signal === undefined ? stopping.signal : AbortSignal.any([signal, stopping.signal]);
  const progress = sharedProgress(settings.samples * (returns === undefined ? 1 : 2), { signal, onProgress });
  const control = { signal: joined, onSamples: progress.onSamples };
  const runner = executor === undefined ? undefined : sampleRunner(executor, { signal: joined });
  const { dataDir, cacheDir } = runtime.config;
  const folders = { folders: [dataDir, cacheDir], warn: (message: string) => runtime.warn(message) };
  const tests = [
    timed("randomEntry", testEntries({ run, settings, runner, control })),
    returns === undefined ? undefined : timed("bootstrap", testReturns(returns, settings, runner, control)),
    timed("costs", testCosts(run, { ...folders, signal: joined, onRun: progress.onSimulation })),
    timed("trades", testTrades(run, settings, joined)),
  ] as const;
  try {
    const [randomEntry, bootstrap, costs, trades] = await Promise.all(tests);
    progress.flush();
    return { tests: { ...trades, randomEntry, bootstrap, costs }, seconds };
  } catch (error) {
    // The other tests read the curves, which are closed after this.
    stopping.abort();
    await Promise.allSettled(tests);
    throw error;
  }
}

/** Runs all tests of a run. */
export async function runTests(
  runtime: Runtime,
  run: JudgedRun,
  settings: LuckSettings,
  { signal, onProgress }: OperationOptions,
): Promise<TimedTests> {
  await using executor = await runtime.executor(workOf(run, settings));
  return await runTogether(runtime, run, { settings, executor, signal, onProgress });
}
