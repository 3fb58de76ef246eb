import type { AverageKind, SignalConfig } from "@atc/contract";
import { derivedLengths } from "@atc/contract";
import type { Average } from "./average.ts";
import { createDema } from "./dema.ts";
import { createEma } from "./ema.ts";
import { createHma } from "./hma.ts";
import { createKama } from "./kama.ts";
import { createKindEquity, type KindEquity } from "./kind-equity.ts";
import { createLsma } from "./lsma.ts";
import type { MemoryLayout } from "./memory-layout.ts";
import { blockLength, type PriceBlock } from "./price-block.ts";
import type { ReturnFactors } from "./return-factors.ts";
import { roundHalfAway, roundHalfEven } from "./rounding.ts";
import { advanceVotes, clearSums, createVotes, type Votes } from "./votes.ts";
import { createWma } from "./wma.ts";

/** Everything of one kind: its averages, its votes, its equity, and the rows of their values over the block. */
export interface KindKernel {
  /** Which kind. */
  readonly kind: AverageKind;
  /** Whether there are votes: not where the average at the base length is all that is asked for. */
  readonly withVotes: boolean;
  /** The lengths that are computed: all nine, or the base length alone where there are no votes. */
  readonly lengths: readonly number[];
  /** The averages. */
  readonly average: Average;
  /** Layer 1. */
  readonly votes: Votes;
  /** Layer 2. */
  readonly equity: KindEquity;
  /** Row of the average at the base length. */
  readonly averages: number;
  /** Row of the layer-1 signal. */
  readonly signals: number;
  /** Row of the layer-2 equity. */
  readonly equities: number;
}

function createAverage(
  kind: AverageKind,
  lengths: readonly number[],
  config: SignalConfig,
  layout: MemoryLayout,
): Average {
  switch (kind) {
    case "ema":
      return createEma(lengths);
    case "hma":
      return createHma(lengths, config, layout);
    case "wma":
      return createWma(lengths, layout);
    case "dema":
      return createDema(lengths, config);
    case "lsma":
      return createLsma(lengths, layout);
    case "kama":
      return createKama(lengths, config, layout);
  }
}

/** A kind before its first bar. */
export function createKindKernel(
  kind: AverageKind,
  config: SignalConfig,
  withVotes: boolean,
  layout: MemoryLayout,
): KindKernel {
  const base = config[`${kind}Length`];
  const lengths = withVotes ? derivedLengths(base, config.robustness) : [base];
  return {
    kind,
    withVotes,
    lengths,
    average: createAverage(kind, lengths, config, layout),
    votes: createVotes(lengths.length, layout),
    equity: createKindEquity(config[`${kind}Weight`], config),
    averages: layout.take(blockLength),
    signals: layout.take(blockLength),
    equities: layout.take(blockLength),
  };
}

function writeSignals(
  { signals, votes }: KindKernel,
  memory: Float64Array,
  block: PriceBlock,
  cutout: number,
  config: SignalConfig,
): void {
  const { weighted, total } = votes;
  const { count, start } = block;
  const lts = config.dialect === "lts";
  for (let i = 0; i < count; i++) {
    const mean = (memory[weighted + i] as number) / (memory[total + i] as number);
    memory[signals + i] = lts ? roundHalfEven(mean) : roundHalfAway(mean);
  }
  if (start < cutout) memory.fill(Number.NaN, signals, signals + Math.min(count, cutout - start));
}

/** Writes the averages at the base length, and the signals of layer 1 where there are votes; row `scratch` is overwritten. */
export function advanceLayerOne(
  state: KindKernel,
  memory: Float64Array,
  block: PriceBlock,
  factors: ReturnFactors,
  config: SignalConfig,
  scratch: number,
): void {
  const { average, averages, votes, lengths, withVotes } = state;
  if (withVotes) clearSums(votes, memory);
  for (let index = 0; index < lengths.length; index++) {
    const target = index === 0 ? averages : scratch;
    average.advance(memory, block, index, target);
    if (withVotes) advanceVotes(votes, index, memory, block, target, factors);
  }
  if (withVotes) writeSignals(state, memory, block, factors.cutout, config);
}
