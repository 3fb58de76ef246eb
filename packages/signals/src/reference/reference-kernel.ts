import type { SignalConfig } from "@atc/contract";
import { createMemoryLayout, type MemoryLayout } from "../average/memory-layout.ts";
import { blockLength, copyPrices, createPriceBlock, startBlock } from "../average/price-block.ts";
import { createSourceSums, type SourceSums } from "../average/source-sums.ts";
import type { Kernel, KindTallies } from "../base/kernel.ts";
import { type KindPart, longestWindow, neededKinds, needsAll, sumTallies } from "../base/kernel-parts.ts";
import type { SignalOutput } from "../base/signal-output.ts";
import { firstLayerCutout } from "../base/warmup.ts";
import { type AverageSignal, addKind, clearKinds, createAverageSignal, finishAverageSignal } from "./average-signal.ts";
import { createKernelState } from "./kernel-state.ts";
import { advanceKindEquity } from "./kind-equity.ts";
import { advanceAverage, createKindKernel, type KindKernel, writeSignals } from "./kind-kernel.ts";
import { createReturnFactors, fillReturnFactors } from "./return-factors.ts";
import { clearSums } from "./votes.ts";

/** The kinds needed and the window sums that they share. */
interface Parts {
  readonly kinds: readonly KindKernel[];
  readonly sums: readonly SourceSums[];
}

function createParts(parts: readonly KindPart[], config: SignalConfig, layout: MemoryLayout): Parts {
  const sums = new Map<number, SourceSums>();
  function sumsOf(base: number): SourceSums {
    const shared = sums.get(base) ?? createSourceSums(base, config, layout);
    sums.set(base, shared);
    return shared;
  }
  const kinds = parts.map(({ kind, lengths }) => createKindKernel(kind, lengths, config, sumsOf, layout));
  return { kinds, sums: [...sums.values()] };
}

function resultsOf(
  kinds: readonly KindKernel[],
  { average, direction }: AverageSignal,
  outputs: ReadonlySet<SignalOutput>,
  memory: Float64Array,
): Partial<Record<SignalOutput, Float64Array>> {
  const rows: Partial<Record<SignalOutput, number>> = { averageSignal: average, direction };
  for (const { kind, votes, equity } of kinds) {
    rows[kind] = votes.firstRows[0];
    rows[`${kind}Signal`] = equity.signals;
    rows[`${kind}Equity`] = equity.equities;
  }
  const results: Partial<Record<SignalOutput, Float64Array>> = {};
  for (const output of outputs) {
    const row = rows[output];
    if (row !== undefined) results[output] = memory.subarray(row, row + blockLength);
  }
  return results;
}

/**
 * The kernel in plain TypeScript. Each pass runs over one average and one block with its state in local variables.
 * Nothing is allocated after the start.
 */
export function createReferenceKernel(config: SignalConfig, outputs: ReadonlySet<SignalOutput>): Kernel {
  const layout = createMemoryLayout();
  const all = needsAll(outputs);
  const parts = neededKinds(config, outputs);
  const { kinds, sums } = createParts(parts, config, layout);
  const width = Math.max(0, ...parts.map(({ lengths }) => lengths.length));
  const votes = width > 1;
  const block = createPriceBlock(longestWindow(parts, config), layout);
  const firstFactors = createReturnFactors(firstLayerCutout(config), config, layout);
  const sameCutout = firstFactors.cutout === config.cutout;
  const secondFactors = sameCutout ? firstFactors : createReturnFactors(config.cutout, config, layout);
  const averageSignal = createAverageSignal(layout);
  const memory = layout.allocate();

  function advanceAverages(): void {
    for (const { votes: sumsOfVotes } of kinds) clearSums(sumsOfVotes, memory, block.count);
    for (const shared of sums) shared.advance(memory, block);
    for (let index = 0; index < width; index++) {
      for (const kind of kinds) {
        if (index < kind.lengths.length) advanceAverage(kind, index, memory, block, firstFactors);
      }
    }
  }

  function tallyOf(index: number): KindTallies {
    const { votes: ofVotes, equity } = kinds[index];
    const [ties = 0, floored = 0] = ofVotes.counts;
    const { votes: lastVotes, equities } = ofVotes;
    return {
      ties,
      floored,
      votes: lastVotes,
      equities,
      equity: equity.state[0],
      equityFloored: equity.state[3],
    };
  }

  return {
    name: "reference",
    blockLength,
    votes,
    results: resultsOf(kinds, averageSignal, outputs, memory),
    advance(close, source, from, count) {
      startBlock(block, memory, count);
      copyPrices(block, memory, close, source, from);
      if (votes) fillReturnFactors(firstFactors, memory, block, config);
      if (votes && !sameCutout) fillReturnFactors(secondFactors, memory, block, config);
      advanceAverages();
      clearKinds(averageSignal, memory, count);
      for (const kind of kinds) {
        const { withVotes, equity } = kind;
        if (!withVotes) continue;
        writeSignals(kind, memory, block, firstFactors.cutout, config);
        advanceKindEquity(equity, memory, block, secondFactors);
        if (all) addKind(averageSignal, memory, block, equity, config);
      }
      if (all) finishAverageSignal(averageSignal, memory, block, config);
    },
    tallies: () => sumTallies(parts, tallyOf, config, block.start + block.count, "reference"),
    kindTallies: tallyOf,
    ...createKernelState(layout, block, memory),
    [Symbol.dispose]() {},
  };
}
