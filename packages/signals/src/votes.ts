import type { PriceBlock } from "./price-block.ts";
import { equityCap, equityFloor, type ReturnFactors } from "./return-factors.ts";

/** The crossings and layer-1 equities of one kind's nine averages. */
export interface Votes {
  /** -1, 0 or +1 at the last bar. */
  readonly votes: Float64Array;
  /** Equity at the last bar. */
  readonly equities: Float64Array;
  /** On which side of the average the last close was: -1, 0, +1, or NaN where there was no average. */
  readonly sides: Float64Array;
  /** Sum of vote times equity, at each bar of the block. */
  readonly weighted: Float64Array;
  /** Sum of the equities, at each bar of the block. */
  readonly total: Float64Array;
  /** Bars, summed over the averages, at which the close was equal to the average within the tolerance. */
  ties: number;
  /** Bars, summed over the averages, at which the equity lay on the floor. */
  floored: number;
}

/** Votes that have not begun, with equities of 1. */
export function createVotes(count: number, blockLength: number): Votes {
  return {
    votes: new Float64Array(count),
    equities: new Float64Array(count).fill(1),
    sides: new Float64Array(count).fill(Number.NaN),
    weighted: new Float64Array(blockLength),
    total: new Float64Array(blockLength),
    ties: 0,
    floored: 0,
  };
}

/** Empties the sums ahead of a block. */
export function clearSums(votes: Votes): void {
  votes.weighted.fill(0);
  votes.total.fill(0);
}

/** Takes the crossings of average number `index` over the block, and adds its vote and equity to the sums. */
export function advanceVotes(
  state: Votes,
  index: number,
  block: PriceBlock,
  average: Float64Array,
  factors: ReturnFactors,
): void {
  const { close, tolerance, count } = block;
  const { weighted, total } = state;
  const rows = factors.rows;
  const width = close.length;
  let vote = state.votes[index] as number;
  let equity = state.equities[index] as number;
  let side = state.sides[index] as number;
  let row = (vote + 1) * width;
  let ties = 0;
  let floored = 0;
  for (let i = 0; i < count; i++) {
    const grown = equity * (rows[row + i] as number);
    if (grown > equityFloor) {
      equity = grown;
      if (equity > equityCap) equity = equityCap;
    } else {
      equity = equityFloor;
      floored++;
    }
    const difference = (close[i] as number) - (average[i] as number);
    const bound = tolerance[i] as number;
    if (difference > bound) {
      if (side <= 0) {
        vote = 1;
        row = 2 * width;
      }
      side = 1;
    } else if (difference < -bound) {
      if (side >= 0) {
        vote = -1;
        row = 0;
      }
      side = -1;
    } else if (difference >= -bound) {
      side = 0;
      ties++;
    } else {
      side = Number.NaN;
    }
    weighted[i] = (weighted[i] as number) + vote * equity;
    total[i] = (total[i] as number) + equity;
  }
  state.votes[index] = vote;
  state.equities[index] = equity;
  state.sides[index] = side;
  state.ties += ties;
  state.floored += floored;
}
