import { type TaskContext, type Transferred, transferred } from "@atc/contract";
import {
  addTrades,
  createRandomNumbers,
  createRandomPlacement,
  createTradeSums,
  drawReturnSamples,
  type EntryPrices,
  type HeldTrades,
  type ResampledReturns,
  type ReturnSamples,
} from "@atc/sweep";

/** Samples of bar returns to draw. The returns are in shared memory. */
export interface ReturnTaskInput {
  readonly returns: ResampledReturns;
  /** The state of the generator before the first sample. */
  readonly state: Int32Array;
  readonly count: number;
}

/** Draws samples of bar returns. */
export function returnSamples(
  { returns, state, count }: ReturnTaskInput,
  onSample: (() => void) | undefined,
): ReturnSamples {
  const random = createRandomNumbers(0);
  random.restore(state, 0);
  return drawReturnSamples(returns, random, { count, onSample });
}

/** The task that draws samples of bar returns. */
export function drawReturns(input: ReturnTaskInput, context: TaskContext): Transferred<ReturnSamples> {
  const samples = returnSamples(input, () => context.throwIfCancelled());
  const { curves, falls, sharpes } = samples;
  return transferred(
    samples,
    [curves, falls, sharpes].map(({ buffer }) => buffer as ArrayBuffer),
  );
}

/** A symbol whose trades to place at random. The prices are in shared memory. */
export interface EntryTaskInput {
  readonly prices: EntryPrices;
  readonly trades: Pick<HeldTrades, "count" | "entries" | "lengths" | "sides" | "held">;
  /** The number of the symbol's last point. */
  readonly last: number;
  /** Bars before which nothing is entered. Default: those before the first trade. */
  readonly warmup: number | undefined;
  /** The state of the generator before each sample of the symbol, four integers each. */
  readonly states: Int32Array;
}

/** What a symbol's trades come to in each sample. */
export interface EntryTaskOutput {
  readonly growths: Float64Array;
  readonly gains: Float64Array;
}

/** Places the trades of a symbol in each sample. */
export function entrySamples(input: EntryTaskInput, onSample: (() => void) | undefined): EntryTaskOutput {
  const { prices, trades, last, warmup, states } = input;
  const samples = states.length / 4;
  const placement = createRandomPlacement(trades, last, warmup);
  const random = createRandomNumbers(0);
  const growths = new Float64Array(samples);
  const gains = new Float64Array(samples);
  const sums = createTradeSums();
  for (let sample = 0; sample < samples; sample++) {
    random.restore(states, 4 * sample);
    placement.place(random);
    addTrades(prices, trades, placement, sums);
    growths[sample] = sums.growth;
    gains[sample] = sums.gain;
    onSample?.();
  }
  return { growths, gains };
}

/** The task that places the trades of a symbol. */
export function drawEntries(input: EntryTaskInput, context: TaskContext): Transferred<EntryTaskOutput> {
  const output = entrySamples(input, () => context.throwIfCancelled());
  return transferred(
    output,
    [output.growths, output.gains].map(({ buffer }) => buffer as ArrayBuffer),
  );
}
