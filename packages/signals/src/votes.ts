import type { MemoryLayout } from "./memory-layout.ts";
import { blockLength, type PriceBlock } from "./price-block.ts";
import { equityBounds, type ReturnFactors } from "./return-factors.ts";

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

/** The definition as it stands, from bar `from` of the block on. An average that overflowed, near the largest double, counts as none. */
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
  const { floor, cap } = equityBounds;
  const tolerance = 1e-10;
  let vote = state.votes[index] as number;
  let equity = state.equities[index] as number;
  let side = state.sides[index] as number;
  for (let i = from; i < count; i++) {
    const still = memory[flat + i] as number;
    equity *= vote === 0 ? still : still + vote * (memory[spread + i] as number);
    if (!(equity > floor)) {
      equity = floor;
      state.floored++;
    } else if (equity > cap) equity = cap;
    const price = memory[close + i] as number;
    const difference = price - (memory[average + i] as number);
    const bound = tolerance * price;
    if (!Number.isFinite(difference)) {
      side = Number.NaN;
    } else if (difference > bound) {
      if (side <= 0) vote = 1;
      side = 1;
    } else if (difference < -bound) {
      if (side >= 0) vote = -1;
      side = -1;
    } else {
      side = 0;
      state.ties++;
    }
    memory[state.weighted + i] = (memory[state.weighted + i] as number) + vote * equity;
    memory[state.total + i] = (memory[state.total + i] as number) + equity;
  }
  state.votes[index] = vote;
  state.equities[index] = equity;
  state.sides[index] = side;
}

/**
 * The same where the vote is the last side that was not 0, with no branch on the side, which no processor predicts. Returns the number of bars taken: up to
 * and with the first at which the average is not a number.
 */
function followSide(
  state: Votes,
  index: number,
  memory: Float64Array,
  block: PriceBlock,
  average: number,
  factors: ReturnFactors,
): number {
  const { close } = block;
  const { kept, spread } = factors;
  const { weighted, total } = state;
  const { floor, cap } = equityBounds;
  const tolerance = 1e-10;
  let vote = state.votes[index] as number;
  let equity = state.equities[index] as number;
  let side = vote;
  let end = block.count;
  for (let i = 0; i < end; i++) {
    equity *= kept + vote * (memory[spread + i] as number);
    if (!(equity > floor)) {
      equity = floor;
      state.floored++;
    } else if (equity > cap) equity = cap;
    const price = memory[close + i] as number;
    const difference = price - (memory[average + i] as number);
    const distance = Math.abs(difference);
    if (distance > tolerance * price && distance <= Number.MAX_VALUE) {
      side = vote = difference / distance;
    } else if (distance <= tolerance * price) {
      side = 0;
      state.ties++;
    } else {
      side = Number.NaN;
      end = i + 1;
    }
    memory[weighted + i] = (memory[weighted + i] as number) + vote * equity;
    memory[total + i] = (memory[total + i] as number) + equity;
  }
  state.votes[index] = vote;
  state.equities[index] = equity;
  state.sides[index] = side;
  return end;
}
