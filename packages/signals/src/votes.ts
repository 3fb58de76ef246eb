import type { MemoryLayout } from "./memory-layout.ts";
import { blockLength, type PriceBlock } from "./price-block.ts";
import { equityCap, equityFloor, type ReturnFactors } from "./return-factors.ts";

/** A close this close to an average, relative to the close, is equal to it. */
const tieTolerance = 1e-10;

/** The crossings and layer-1 equities of one kind's nine averages. */
export interface Votes {
  /** -1, 0 or +1 at the last bar. */
  readonly votes: Float64Array;
  /** Equity at the last bar. */
  readonly equities: Float64Array;
  /** On which side of the average the last close was: -1, 0, +1, or NaN where there was no average. */
  readonly sides: Float64Array;
  /** Row of the sums of vote times equity. */
  readonly weighted: number;
  /** Row of the sums of equities. */
  readonly total: number;
  /** Bars, summed over the averages, at which the close was equal to the average. */
  ties: number;
  /** Bars, summed over the averages, at which the equity lay on the floor. */
  floored: number;
}

/** Votes that have not begun, with equities of 1. */
export function createVotes(count: number, layout: MemoryLayout): Votes {
  return {
    votes: new Float64Array(count),
    equities: new Float64Array(count).fill(1),
    sides: new Float64Array(count).fill(Number.NaN),
    weighted: layout.take(blockLength),
    total: layout.take(blockLength),
    ties: 0,
    floored: 0,
  };
}

/** Empties the sums ahead of a block. */
export function clearSums({ weighted, total }: Votes, memory: Float64Array): void {
  memory.fill(0, weighted, weighted + blockLength);
  memory.fill(0, total, total + blockLength);
}

/** Takes the crossings of average number `index`, whose values are in row `average`, and adds its vote and equity at each bar to the sums. */
export function advanceVotes(
  state: Votes,
  index: number,
  memory: Float64Array,
  block: PriceBlock,
  average: number,
  factors: ReturnFactors,
): void {
  const vote = state.votes[index] as number;
  const side = state.sides[index] as number;
  // Once it has crossed, a vote is the last side that was not 0, as long as the average is a number.
  const follows = vote !== 0 && (side === vote || side === 0) && block.start > factors.cutout;
  const from = follows ? followSide(state, index, memory, block, average, factors) : 0;
  if (from < block.count) watchCrossings(state, index, memory, block, average, factors, from);
}

/** The definition as it stands, from bar `from` of the block on. */
function watchCrossings(
  state: Votes,
  index: number,
  memory: Float64Array,
  block: PriceBlock,
  average: number,
  factors: ReturnFactors,
  from: number,
): void {
  const { close, count } = block;
  const { flat, spread } = factors;
  let vote = state.votes[index] as number;
  let equity = state.equities[index] as number;
  let side = state.sides[index] as number;
  for (let i = from; i < count; i++) {
    const still = memory[flat + i] as number;
    equity *= vote === 0 ? still : still + vote * (memory[spread + i] as number);
    if (!(equity > equityFloor)) {
      equity = equityFloor;
      state.floored++;
    } else if (equity > equityCap) equity = equityCap;
    const price = memory[close + i] as number;
    const difference = price - (memory[average + i] as number);
    const bound = tieTolerance * price;
    if (difference > bound) {
      if (side <= 0) vote = 1;
      side = 1;
    } else if (difference < -bound) {
      if (side >= 0) vote = -1;
      side = -1;
    } else if (difference >= -bound) {
      side = 0;
      state.ties++;
    } else side = Number.NaN;
    memory[state.weighted + i] = (memory[state.weighted + i] as number) + vote * equity;
    memory[state.total + i] = (memory[state.total + i] as number) + equity;
  }
  state.votes[index] = vote;
  state.equities[index] = equity;
  state.sides[index] = side;
}

/**
 * The same where the vote is the last side that was not 0: with no branch on the side, which no processor predicts. Returns the first bar that is
 * left over, where the average is not a number.
 */
function followSide(
  state: Votes,
  index: number,
  memory: Float64Array,
  block: PriceBlock,
  average: number,
  factors: ReturnFactors,
): number {
  const { close, count } = block;
  const { kept, spread } = factors;
  const { weighted, total } = state;
  let vote = state.votes[index] as number;
  let equity = state.equities[index] as number;
  let ties = 0;
  let floored = 0;
  let tied = false;
  let i = 0;
  for (; i < count; i++) {
    const price = memory[close + i] as number;
    const difference = price - (memory[average + i] as number);
    const distance = Math.abs(difference);
    if (!(distance >= 0)) break;
    equity *= kept + vote * (memory[spread + i] as number);
    if (!(equity > equityFloor)) {
      equity = equityFloor;
      floored++;
    } else if (equity > equityCap) equity = equityCap;
    tied = distance <= tieTolerance * price;
    if (tied) ties++;
    else vote = difference / distance;
    memory[weighted + i] = (memory[weighted + i] as number) + vote * equity;
    memory[total + i] = (memory[total + i] as number) + equity;
  }
  state.votes[index] = vote;
  state.equities[index] = equity;
  state.sides[index] = tied ? 0 : vote;
  state.ties += ties;
  state.floored += floored;
  return i;
}
