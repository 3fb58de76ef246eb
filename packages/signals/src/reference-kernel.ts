import type { AverageKind, SignalConfig } from "@atc/contract";
import { averageKinds } from "@atc/contract";
import { type AverageSignal, addKind, clearKinds, createAverageSignal, finishAverageSignal } from "./average-signal.ts";
import type { Kernel, KernelTallies } from "./kernel.ts";
import { advanceKindEquity } from "./kind-equity.ts";
import { advanceLayerOne, createKindKernel, type KindKernel } from "./kind-kernel.ts";
import { createMemoryLayout, type MemoryLayout } from "./memory-layout.ts";
import { advancePrices, blockLength, createPriceBlock } from "./price-block.ts";
import { createReturnFactors, fillReturnFactors } from "./return-factors.ts";
import type { SignalOutput } from "./signal-output.ts";
import { firstLayerCutout } from "./warmup.ts";

function kernelsOf(
  config: SignalConfig,
  outputs: ReadonlySet<SignalOutput>,
  all: boolean,
  layout: MemoryLayout,
): readonly KindKernel[] {
  const kernels: KindKernel[] = [];
  for (const kind of averageKinds) {
    const withVotes = all || outputs.has(`${kind}Signal`) || outputs.has(`${kind}Equity`);
    if (withVotes || outputs.has(kind)) kernels.push(createKindKernel(kind, config, withVotes, layout));
  }
  return kernels;
}

function resultsOf(
  kernels: readonly KindKernel[],
  { average, direction }: AverageSignal,
  outputs: ReadonlySet<SignalOutput>,
  memory: Float64Array,
): Partial<Record<SignalOutput, Float64Array>> {
  const rows: Partial<Record<SignalOutput, number>> = { averageSignal: average, direction };
  for (const { kind, averages, signals, equities } of kernels) {
    rows[kind] = averages;
    rows[`${kind}Signal`] = signals;
    rows[`${kind}Equity`] = equities;
  }
  const results: Partial<Record<SignalOutput, Float64Array>> = {};
  for (const output of outputs) {
    const row = rows[output];
    if (row !== undefined) results[output] = memory.subarray(row, row + blockLength);
  }
  return results;
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
  const layout = createMemoryLayout();
  const all = outputs.has("averageSignal") || outputs.has("direction");
  const kernels = kernelsOf(config, outputs, all, layout);
  const votes = kernels.some(({ withVotes }) => withVotes);
  const block = createPriceBlock(Math.max(1, ...kernels.flatMap(({ lengths }) => lengths)), layout);
  const firstFactors = createReturnFactors(firstLayerCutout(config), config, layout);
  const sameCutout = firstFactors.cutout === config.cutout;
  const secondFactors = sameCutout ? firstFactors : createReturnFactors(config.cutout, config, layout);
  const averageSignal = createAverageSignal(layout);
  const scratch = layout.take(blockLength);
  const memory = layout.allocate();
  const repeats = config.dialect === "tradingview";
  return {
    blockLength,
    votes,
    results: resultsOf(kernels, averageSignal, outputs, memory),
    advance(close, source, from, count) {
      advancePrices(block, memory, close, source, from, count);
      if (votes) fillReturnFactors(firstFactors, memory, block, config);
      if (votes && !sameCutout) fillReturnFactors(secondFactors, memory, block, config);
      clearKinds(averageSignal, memory);
      for (const kernel of kernels) {
        const { withVotes, equity, signals, equities } = kernel;
        advanceLayerOne(kernel, memory, block, firstFactors, config, scratch);
        if (withVotes) advanceKindEquity(equity, memory, block, signals, secondFactors, repeats, equities);
        if (all) addKind(averageSignal, memory, block, signals, equities, config);
      }
      if (all) finishAverageSignal(averageSignal, memory, block, config);
    },
    tallies: () => talliesOf(kernels, config, block.start + block.count),
  };
}
