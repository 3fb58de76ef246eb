import type { AverageKind, SignalConfig } from "@atc/contract";
import type { Average } from "../average/average.ts";
import { createDema } from "../average/dema.ts";
import { createEma } from "../average/ema.ts";
import { createHma } from "../average/hma.ts";
import { createKama } from "../average/kama.ts";
import { createLsma } from "../average/lsma.ts";
import type { MemoryLayout } from "../average/memory-layout.ts";
import type { PriceBlock } from "../average/price-block.ts";
import type { SourceSums } from "../average/source-sums.ts";
import { createWma } from "../average/wma.ts";
import { createKindEquity, type KindEquity } from "./kind-equity.ts";
import type { ReturnFactors } from "./return-factors.ts";
import { roundHalfAway, roundHalfEven } from "./rounding.ts";
import { advanceVotes, averageRow, createVotes, type Votes } from "./votes.ts";

/** The averages, votes and equity of one kind. */
export interface KindKernel {
  readonly kind: AverageKind;
  /** Whether the averages vote; false if only the average at the base length is an output. */
  readonly withVotes: boolean;
  /** The lengths computed: all nine, or only the base length if there are no votes. */
  readonly lengths: readonly number[];
  readonly average: Average;
  /** Layer 1. */
  readonly votes: Votes;
  /** Layer 2. */
  readonly equity: KindEquity;
}

function createAverage(
  kind: AverageKind,
  lengths: readonly number[],
  config: SignalConfig,
  sumsOf: (base: number) => SourceSums,
  layout: MemoryLayout,
): Average {
  switch (kind) {
    case "ema":
      return createEma(lengths, layout);
    case "hma":
      return createHma(lengths, config, sumsOf(config.hmaLength), layout);
    case "wma":
      return createWma(lengths, sumsOf(config.wmaLength));
    case "dema":
      return createDema(lengths, config, layout);
    case "lsma":
      return createLsma(lengths, config, sumsOf(config.lsmaLength));
    case "kama":
      return createKama(lengths, config, layout);
  }
}

/** A kind before its first bar; `sumsOf` returns the window sums for the nine lengths of a base length. */
export function createKindKernel(
  kind: AverageKind,
  lengths: readonly number[],
  config: SignalConfig,
  sumsOf: (base: number) => SourceSums,
  layout: MemoryLayout,
): KindKernel {
  return {
    kind,
    withVotes: lengths.length > 1,
    lengths,
    average: createAverage(kind, lengths, config, sumsOf, layout),
    votes: createVotes(lengths.length, layout),
    equity: createKindEquity(config[`${kind}Weight`], config, layout),
  };
}

/** Writes the layer-1 signals of the block, after all nine averages have advanced over it. */
export function writeSignals(
  { votes, equity: { signals } }: KindKernel,
  memory: Float64Array,
  { count, start }: PriceBlock,
  cutout: number,
  config: SignalConfig,
): void {
  const { weighted, total } = votes;
  const lts = config.dialect === "lts";
  for (let i = 0; i < count; i++) {
    const mean = memory[weighted + i] / memory[total + i];
    memory[signals + i] = lts ? roundHalfEven(mean) : roundHalfAway(mean);
  }
  if (start < cutout) memory.fill(Number.NaN, signals, signals + Math.min(count, cutout - start));
}

/** Advances the average at `index` over the block, and after each third one the votes of the three. */
export function advanceAverage(
  state: KindKernel,
  index: number,
  memory: Float64Array,
  block: PriceBlock,
  factors: ReturnFactors,
): void {
  state.average.advance(memory, block, index, averageRow(state.votes, index));
  if (state.withVotes && index % 3 === 2) advanceVotes(state.votes, index - 2, memory, block, factors);
}
