import type { AverageKind, SignalConfig } from "@atc/contract";
import { averageKinds, derivedLengths, lengthOffsets } from "@atc/contract";
import { type AverageSignal, addKind, clearKinds, createAverageSignal, finishAverageSignal } from "./average-signal.ts";
import type { Kernel, KernelTallies } from "./kernel.ts";
import { advanceKindEquity } from "./kind-equity.ts";
import { advanceAverage, createKindKernel, type KindKernel, writeSignals } from "./kind-kernel.ts";
import { createMemoryLayout, type MemoryLayout } from "./memory-layout.ts";
import { advancePrices, blockLength, createPriceBlock } from "./price-block.ts";
import { createReturnFactors, fillReturnFactors } from "./return-factors.ts";
import type { SignalOutput } from "./signal-output.ts";
import { createSourceSums, type SourceSums } from "./source-sums.ts";
import { clearSums } from "./votes.ts";
import { firstLayerCutout } from "./warmup.ts";

/** The kinds that the outputs need, and the window sums that they share. */
interface Parts {
  readonly kinds: readonly KindKernel[];
  readonly sums: readonly SourceSums[];
  /** The most lengths of a kind. */
  readonly width: number;
  /** The longest window, in bars. */
  readonly longest: number;
}

function createParts(
  config: SignalConfig,
  outputs: ReadonlySet<SignalOutput>,
  all: boolean,
  layout: MemoryLayout,
): Parts {
  const kinds: KindKernel[] = [];
  const sums = new Map<number, SourceSums>();
  function sumsOf(base: number): SourceSums {
    const shared = sums.get(base) ?? createSourceSums(base, config, layout);
    sums.set(base, shared);
    return shared;
  }
  for (const kind of averageKinds) {
    const withVotes = all || outputs.has(`${kind}Signal`) || outputs.has(`${kind}Equity`);
    if (!withVotes && !outputs.has(kind)) continue;
    const base = config[`${kind}Length`];
    const lengths = withVotes ? derivedLengths(base, config.robustness) : [base];
    kinds.push(createKindKernel(kind, lengths, config, sumsOf, layout));
  }
  const width = Math.max(0, ...kinds.map(({ lengths }) => lengths.length));
  const longest = Math.max(
    1,
    ...kinds.map(({ kind }) => config[`${kind}Length`] + lengthOffsets[config.robustness][3]),
  );
  return { kinds, sums: [...sums.values()], width, longest };
}

function resultsOf(
  kinds: readonly KindKernel[],
  { average, direction }: AverageSignal,
  outputs: ReadonlySet<SignalOutput>,
  memory: Float64Array,
): Partial<Record<SignalOutput, Float64Array>> {
  const rows: Partial<Record<SignalOutput, number>> = { averageSignal: average, direction };
  for (const { kind, firstRows, signals, equities } of kinds) {
    rows[kind] = firstRows[0];
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

function talliesOf(kinds: readonly KindKernel[], config: SignalConfig, bars: number): KernelTallies {
  const weights: Record<AverageKind, number> = { ema: NaN, hma: NaN, wma: NaN, dema: NaN, lsma: NaN, kama: NaN };
  const firstLayerBars = Math.max(0, bars - firstLayerCutout(config));
  const secondLayerBars = Math.max(0, bars - config.cutout);
  let ties = 0;
  let floored = 0;
  let equityBars = 0;
  for (const { kind, withVotes, votes, equity, lengths } of kinds) {
    if (!withVotes) continue;
    ties += votes.counts[0] as number;
    floored += (votes.counts[1] as number) + (equity[3] as number);
    equityBars += lengths.length * firstLayerBars + secondLayerBars;
    if (secondLayerBars > 0) weights[kind] = equity[0] as number;
  }
  return { ties, floored, equityBars, weights };
}

/**
 * The kernel in plain TypeScript. Each pass runs over one average and one block with its state in local variables; nothing is allocated after the start.
 */
export function createReferenceKernel(config: SignalConfig, outputs: ReadonlySet<SignalOutput>): Kernel {
  const layout = createMemoryLayout();
  const all = outputs.has("averageSignal") || outputs.has("direction");
  const { kinds, sums, width, longest } = createParts(config, outputs, all, layout);
  const votes = width > 1;
  const block = createPriceBlock(longest, layout);
  const firstFactors = createReturnFactors(firstLayerCutout(config), config, layout);
  const sameCutout = firstFactors.cutout === config.cutout;
  const secondFactors = sameCutout ? firstFactors : createReturnFactors(config.cutout, config, layout);
  const averageSignal = createAverageSignal(layout);
  const memory = layout.allocate();
  const repeats = config.dialect === "tradingview";

  function advanceAverages(): void {
    for (const { votes: sumsOfVotes } of kinds) clearSums(sumsOfVotes, memory, block.count);
    for (const shared of sums) shared.advance(memory, block);
    for (let index = 0; index < width; index++) {
      for (const kind of kinds) {
        if (index < kind.lengths.length) advanceAverage(kind, index, memory, block, firstFactors);
      }
    }
  }

  return {
    blockLength,
    votes,
    results: resultsOf(kinds, averageSignal, outputs, memory),
    advance(close, source, from, count) {
      advancePrices(block, memory, close, source, from, count);
      if (votes) fillReturnFactors(firstFactors, memory, block, config);
      if (votes && !sameCutout) fillReturnFactors(secondFactors, memory, block, config);
      advanceAverages();
      clearKinds(averageSignal, memory, block.count);
      for (const kind of kinds) {
        const { withVotes, equity, signals, equities } = kind;
        if (!withVotes) continue;
        writeSignals(kind, memory, block, firstFactors.cutout, config);
        advanceKindEquity(equity, memory, block, signals, secondFactors, repeats, equities);
        if (all) addKind(averageSignal, memory, block, signals, equities, config);
      }
      if (all) finishAverageSignal(averageSignal, memory, block, config);
    },
    tallies: () => talliesOf(kinds, config, block.start + block.count),
  };
}
