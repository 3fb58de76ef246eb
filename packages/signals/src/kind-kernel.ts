import type { AverageKind, SignalConfig } from "@atc/contract";
import { derivedLengths } from "@atc/contract";
import type { Average } from "./average.ts";
import { createDema } from "./dema.ts";
import { createEma } from "./ema.ts";
import { createHma } from "./hma.ts";
import { createKama } from "./kama.ts";
import { createKindEquity, type KindEquity } from "./kind-equity.ts";
import { createLsma } from "./lsma.ts";
import type { PriceBlock } from "./price-block.ts";
import type { ReturnFactors } from "./return-factors.ts";
import { roundHalfAway, roundHalfEven } from "./rounding.ts";
import { advanceVotes, clearSums, createVotes, type Votes } from "./votes.ts";
import { createWma } from "./wma.ts";

/** Everything of one kind: its averages, its votes, its equity, and their values over the block. */
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
  /** The average at the base length. */
  readonly averages: Float64Array;
  /** The layer-1 signal. */
  readonly signals: Float64Array;
  /** The layer-2 equity. */
  readonly equities: Float64Array;
}

function createAverage(
  kind: AverageKind,
  lengths: readonly number[],
  config: SignalConfig,
  blockLength: number,
): Average {
  switch (kind) {
    case "ema":
      return createEma(lengths);
    case "hma":
      return createHma(lengths, config, blockLength);
    case "wma":
      return createWma(lengths);
    case "dema":
      return createDema(lengths, config, blockLength);
    case "lsma":
      return createLsma(lengths, blockLength);
    case "kama":
      return createKama(lengths, config, blockLength);
  }
}

/** A kind before its first bar. */
export function createKindKernel(
  kind: AverageKind,
  config: SignalConfig,
  withVotes: boolean,
  blockLength: number,
): KindKernel {
  const base = config[`${kind}Length`];
  const lengths = withVotes ? derivedLengths(base, config.robustness) : [base];
  return {
    kind,
    withVotes,
    lengths,
    average: createAverage(kind, lengths, config, blockLength),
    votes: createVotes(lengths.length, blockLength),
    equity: createKindEquity(config[`${kind}Weight`], config),
    averages: new Float64Array(blockLength),
    signals: new Float64Array(blockLength),
    equities: new Float64Array(blockLength),
  };
}

/** Writes the averages at the base length, and the signals of layer 1 where there are votes; `scratch` has the block length. */
export function advanceLayerOne(
  state: KindKernel,
  block: PriceBlock,
  factors: ReturnFactors,
  config: SignalConfig,
  scratch: Float64Array,
): void {
  const { average, averages, votes, lengths } = state;
  if (!state.withVotes) {
    average.advance(0, block, averages);
    return;
  }
  clearSums(votes);
  for (let index = 0; index < lengths.length; index++) {
    const target = index === 0 ? averages : scratch;
    average.advance(index, block, target);
    advanceVotes(votes, index, block, target, factors);
  }
  writeSignals(state, block, factors.cutout, config);
}

function writeSignals(state: KindKernel, block: PriceBlock, cutout: number, config: SignalConfig): void {
  const { signals, votes } = state;
  const { weighted, total } = votes;
  const { count, start } = block;
  if (config.dialect === "lts") {
    for (let i = 0; i < count; i++) signals[i] = roundHalfEven((weighted[i] as number) / (total[i] as number));
  } else {
    for (let i = 0; i < count; i++) signals[i] = roundHalfAway((weighted[i] as number) / (total[i] as number));
  }
  if (start < cutout) signals.fill(Number.NaN, 0, Math.min(count, cutout - start));
}
