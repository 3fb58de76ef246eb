import type { AverageKind, SignalConfig } from "@atc/contract";
import { averageKinds } from "@atc/contract";
import { addKind, createAverageSignal, finishAverageSignal } from "./average-signal.ts";
import type { Kernel, KernelTallies } from "./kernel.ts";
import { advanceKindEquity } from "./kind-equity.ts";
import { advanceLayerOne, createKindKernel, type KindKernel } from "./kind-kernel.ts";
import { advancePrices, createPriceBlock } from "./price-block.ts";
import { createReturnFactors, fillReturnFactors } from "./return-factors.ts";
import type { SignalOutput } from "./signal-output.ts";
import { firstLayerCutout } from "./warmup.ts";

/** The dozen arrays of this length that a pass works on stay in the first-level cache. */
const blockLength = 256;

function kernelsOf(config: SignalConfig, outputs: ReadonlySet<SignalOutput>, all: boolean): KindKernel[] {
  const kernels: KindKernel[] = [];
  for (const kind of averageKinds) {
    const withVotes = all || outputs.has(`${kind}Signal`) || outputs.has(`${kind}Equity`);
    if (withVotes || outputs.has(kind)) kernels.push(createKindKernel(kind, config, withVotes, blockLength));
  }
  return kernels;
}

function talliesOf(kernels: readonly KindKernel[], config: SignalConfig, bars: number): KernelTallies {
  const weights: Record<AverageKind, number> = { ema: NaN, hma: NaN, wma: NaN, dema: NaN, lsma: NaN, kama: NaN };
  const firstLayerBars = Math.max(0, bars - firstLayerCutout(config));
  const secondLayerBars = Math.max(0, bars - config.cutout);
  let ties = 0;
  let floored = 0;
  let equityBars = 0;
  for (const { kind, withVotes, votes, equity, lengths } of kernels) {
    if (!withVotes) continue;
    ties += votes.ties;
    floored += votes.floored + equity.floored;
    equityBars += lengths.length * firstLayerBars + secondLayerBars;
    if (secondLayerBars > 0) weights[kind] = equity.equity;
  }
  return { ties, floored, equityBars, weights };
}

/**
 * The kernel in plain TypeScript. Each pass runs over one average and one block with its state in local variables; nothing is allocated after the start.
 */
export function createReferenceKernel(config: SignalConfig, outputs: ReadonlySet<SignalOutput>): Kernel {
  const all = outputs.has("averageSignal") || outputs.has("direction");
  const kernels = kernelsOf(config, outputs, all);
  const votes = kernels.some(({ withVotes }) => withVotes);
  const history = Math.max(1, ...kernels.flatMap(({ lengths }) => lengths));
  const block = createPriceBlock(blockLength, history);
  const firstFactors = createReturnFactors(firstLayerCutout(config), blockLength);
  const sameCutout = firstFactors.cutout === config.cutout;
  const secondFactors = sameCutout ? firstFactors : createReturnFactors(config.cutout, blockLength);
  const repeats = config.dialect === "tradingview";
  const scratch = new Float64Array(blockLength);
  const state = createAverageSignal(blockLength);
  const averageSignal = new Float64Array(blockLength);
  const direction = new Float64Array(blockLength);

  const results: Partial<Record<SignalOutput, Float64Array>> = {};
  for (const { kind, averages, signals, equities } of kernels) {
    if (outputs.has(kind)) results[kind] = averages;
    if (outputs.has(`${kind}Signal`)) results[`${kind}Signal`] = signals;
    if (outputs.has(`${kind}Equity`)) results[`${kind}Equity`] = equities;
  }
  if (outputs.has("averageSignal")) results.averageSignal = averageSignal;
  if (outputs.has("direction")) results.direction = direction;

  return {
    blockLength,
    votes,
    results,
    advance(close, source, from, count) {
      advancePrices(block, history, close, source, from, count);
      if (votes) fillReturnFactors(firstFactors, block, config);
      if (votes && !sameCutout) fillReturnFactors(secondFactors, block, config);
      if (all) {
        state.weighted.fill(0);
        state.total.fill(0);
      }
      for (const kernel of kernels) {
        const { withVotes, equity, signals, equities } = kernel;
        advanceLayerOne(kernel, block, firstFactors, config, scratch);
        if (withVotes) advanceKindEquity(equity, block, signals, secondFactors, repeats, equities);
        if (all) addKind(state, block, signals, equities, config);
      }
      if (all) finishAverageSignal(state, block, config, averageSignal, direction);
    },
    tallies: () => talliesOf(kernels, config, block.start + block.count),
  };
}
