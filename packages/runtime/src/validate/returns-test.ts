import { yearsBetween } from "@atc/backtest";
import { createPacer } from "@atc/plugin-kit";
import {
  bootstrapOf,
  createRandomNumbers,
  drawReturnSamples,
  type ResampledReturns,
  type ReturnBootstrap,
  type ReturnSamples,
  resampledReturns,
  skipReturnSamples,
} from "@atc/sweep";
import type { JudgedRun } from "./judged-run.ts";
import { type SampleRunner, samplesAtOnce, samplesPerTask } from "./sample-runner.ts";
import { checkBlock, type LuckSettings } from "./validation-options.ts";

/** What a test reports and obeys while it runs. */
export interface TestControl {
  readonly signal: AbortSignal | undefined;
  /** Called after some more samples. */
  readonly onSamples: (samples: number) => void;
}

/**
 * The bar returns of the portfolio; undefined if the bootstrap has no result.
 *
 * @throws ATC_INVALID_CONFIG for a block of too many of them
 */
export function runReturns(
  { portfolio, config }: JudgedRun,
  { block, samples, seed }: LuckSettings,
): ResampledReturns | undefined {
  const { length, timeUnit } = portfolio;
  const times = new BigInt64Array(length);
  const equity = new Float64Array(length);
  portfolio.read(0, times, equity);
  const years = length === 0 ? 0 : yearsBetween(times[0] as bigint, times[length - 1] as bigint, timeUnit);
  const { riskFreeRate, barsPerYear } = config;
  if (length > 3) checkBlock(block, length - 1);
  return resampledReturns({ equity, years, riskFreeRate, barsPerYear, block, samples, seed });
}

/** Draws all samples on this thread, which yields between them. */
async function drawHere(
  returns: ResampledReturns,
  { samples, seed }: LuckSettings,
  { signal, onSamples }: TestControl,
): Promise<readonly ReturnSamples[]> {
  const pacer = createPacer({ signal });
  const random = createRandomNumbers(seed);
  const most = samplesAtOnce(returns.growths.length);
  const parts: ReturnSamples[] = [];
  for (let from = 0; from < samples; from += most) {
    const count = Math.min(most, samples - from);
    parts.push(drawReturnSamples(returns, random, { count }));
    onSamples(count);
    await pacer.pause();
  }
  return parts;
}

/**
 * Draws all samples on threads. A first pass moves the generator as the samples do, and records its state for the
 * tasks, so that samples are the same on any number of threads.
 */
async function drawOnThreads(
  returns: ResampledReturns,
  { samples, seed }: LuckSettings,
  runner: SampleRunner,
  { signal, onSamples }: TestControl,
): Promise<readonly ReturnSamples[]> {
  const pacer = createPacer({ signal });
  const random = createRandomNumbers(seed);
  const rows = returns.growths.length;
  const perTask = samplesPerTask(samples, rows, runner);
  const most = samplesAtOnce(rows);
  const parts: Promise<ReturnSamples>[] = [];
  let hasFailed = false;
  for (let from = 0; from < samples && !hasFailed; from += perTask) {
    const count = Math.min(perTask, samples - from);
    const state = new Int32Array(4);
    random.save(state, 0);
    const part = runner.returns({ returns, state, count });
    parts.push(part);
    part.then(
      () => onSamples(count),
      () => {
        hasFailed = true;
      },
    );
    for (let skipped = 0; skipped < count; skipped += most) {
      skipReturnSamples(returns, random, { count: Math.min(most, count - skipped) });
      await pacer.pause();
    }
  }
  return await Promise.all(parts);
}

/** The bootstrap of bar returns: on threads, or on this one without a runner. */
export async function testReturns(
  returns: ResampledReturns,
  settings: LuckSettings,
  runner: SampleRunner | undefined,
  control: TestControl,
): Promise<ReturnBootstrap> {
  const parts =
    runner === undefined
      ? await drawHere(returns, settings, control)
      : await drawOnThreads(returns, settings, runner, control);
  return bootstrapOf(returns, settings.seed, parts);
}
