import type { MemoryLayout } from "../average/memory-layout.ts";
import { blockLength, type PriceBlock } from "../average/price-block.ts";
import { equityBounds, type ReturnFactors } from "./return-factors.ts";

/** The crossings and layer-1 equities of one kind's nine averages. */
export interface Votes {
  /** -1, 0 or +1 at the last bar. */
  readonly votes: Float64Array;
  /** Equity at the last bar. */
  readonly equities: Float64Array;
  /** The side of the average that the last close was on: -1, 0, +1, or NaN if there was no average. */
  readonly sides: Float64Array;
  /**
   * Rows of the first three averages, which vote together. The first row is not used again, so it still has the average
   * at the base length at the end of the block.
   */
  readonly firstRows: readonly [number, number, number];
  /** Rows of the next three averages, then of the last three. */
  readonly rows: readonly [number, number, number];
  /** Row of the sums of vote times equity. */
  readonly weighted: number;
  /** Row of the sums of equities. */
  readonly total: number;
  /** Summed over the averages: bars with a tie of close and average; bars with the equity on the floor. */
  readonly counts: Float64Array;
  /** Bars of the block for which the last three averages have voted already, in {@link advanceVotes}. */
  followed: number;
}

/** Votes before the first bar, with equities of 1. */
export function createVotes(count: number, layout: MemoryLayout): Votes {
  const row = (): number => layout.reserve(blockLength);
  const rows = [row(), row(), row()] as const;
  return {
    firstRows: [row(), rows[1], rows[2]],
    rows,
    votes: layout.state(new Array<number>(count).fill(0)),
    equities: layout.state(new Array<number>(count).fill(1)),
    sides: layout.state(new Array<number>(count).fill(Number.NaN)),
    counts: layout.state([0, 0]),
    weighted: row(),
    total: row(),
    followed: 0,
  };
}

function addCounts({ counts }: Votes, ties: number, floored: number): void {
  counts[0] = counts[0] + ties;
  counts[1] = counts[1] + floored;
}

/** The row for the average at `index`. */
export function averageRow({ firstRows, rows }: Votes, index: number): number {
  return index < 3 ? firstRows[index] : rows[index % 3];
}

/** Clears the sums of a block. */
export function clearSums({ weighted, total }: Votes, memory: Float64Array, count: number): void {
  memory.fill(0, weighted, weighted + count);
  memory.fill(0, total, total + count);
}

/**
 * Computes the crossings of averages `first` to `first + 2` from their rows and adds their votes and equities to the
 * sums.
 */
export function advanceVotes(
  state: Votes,
  first: number,
  memory: Float64Array,
  block: PriceBlock,
  factors: ReturnFactors,
): void {
  const follow =
    block.start > factors.cutout && follows(state, first) && follows(state, first + 1) && follows(state, first + 2);
  state.followed = follow ? followSides(state, first, memory, block, factors) : 0;
  if (state.followed === block.count) return;
  for (let lane = 0; lane < 3; lane++) {
    watchCrossings(state, first + lane, memory, block, factors);
  }
}

/**
 * Whether the vote equals the last side other than 0, as it does after its first crossing while the average has a
 * value.
 */
function follows({ votes, sides }: Votes, index: number): boolean {
  const vote = votes[index];
  const side = sides[index];
  return vote !== 0 && (side === vote || side === 0);
}

/**
 * Applies the definition literally from bar `followed` of the block. An average that overflowed, near the largest
 * double, counts as missing.
 */
function watchCrossings(
  state: Votes,
  index: number,
  memory: Float64Array,
  block: PriceBlock,
  factors: ReturnFactors,
): void {
  const { weighted, total, followed } = state;
  const { close, count } = block;
  const { flat, spread } = factors;
  const { floor, cap } = equityBounds;
  const average = averageRow(state, index);
  const tolerance = 1e-10;
  let vote = state.votes[index];
  let equity = state.equities[index];
  let side = state.sides[index];
  let ties = 0;
  let floored = 0;
  for (let i = followed; i < count; i++) {
    const still = memory[flat + i];
    equity *= vote === 0 ? still : still + vote * memory[spread + i];
    if (!(equity > floor)) {
      equity = floor;
      floored++;
    } else if (equity > cap) equity = cap;
    const price = memory[close + i];
    const difference = price - memory[average + i];
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
      ties++;
    }
    memory[weighted + i] = memory[weighted + i] + vote * equity;
    memory[total + i] = memory[total + i] + equity;
  }
  state.votes[index] = vote;
  state.equities[index] = equity;
  state.sides[index] = side;
  addCounts(state, ties, floored);
}

/**
 * The same for three averages whose votes follow their sides. It has no branch on the side, which no processor
 * predicts. All three share one set of loads, checks and sums. These are written out because V8 does not unroll loops:
 * 3.2 instead of 5.5 ns per average and bar. Returns the number of bars computed: all, or those up to and including the
 * first without an average.
 */
function followSides(
  state: Votes,
  first: number,
  memory: Float64Array,
  block: PriceBlock,
  factors: ReturnFactors,
): number {
  const { votes, equities, sides, weighted, total } = state;
  const { close, count } = block;
  const { retention, spread } = factors;
  const { floor, cap } = equityBounds;
  const [rowA, rowB, rowC] = first === 0 ? state.firstRows : state.rows;
  const tolerance = 1e-10;
  let voteA = votes[first];
  let voteB = votes[first + 1];
  let voteC = votes[first + 2];
  let sideA = voteA;
  let sideB = voteB;
  let sideC = voteC;
  let equityA = equities[first];
  let equityB = equities[first + 1];
  let equityC = equities[first + 2];
  let ties = 0;
  let floored = 0;
  let end = count;
  for (let i = 0; i < end; i++) {
    const change = memory[spread + i];
    const price = memory[close + i];
    const bound = tolerance * price;

    equityA *= retention + voteA * change;
    if (!(equityA > floor)) {
      equityA = floor;
      floored++;
    } else if (equityA > cap) equityA = cap;
    const differenceA = price - memory[rowA + i];
    const distanceA = Math.abs(differenceA);
    if (distanceA > bound && distanceA <= Number.MAX_VALUE) sideA = voteA = differenceA / distanceA;
    else if (distanceA <= bound) {
      sideA = 0;
      ties++;
    } else {
      sideA = Number.NaN;
      end = i + 1;
    }

    equityB *= retention + voteB * change;
    if (!(equityB > floor)) {
      equityB = floor;
      floored++;
    } else if (equityB > cap) equityB = cap;
    const differenceB = price - memory[rowB + i];
    const distanceB = Math.abs(differenceB);
    if (distanceB > bound && distanceB <= Number.MAX_VALUE) sideB = voteB = differenceB / distanceB;
    else if (distanceB <= bound) {
      sideB = 0;
      ties++;
    } else {
      sideB = Number.NaN;
      end = i + 1;
    }

    equityC *= retention + voteC * change;
    if (!(equityC > floor)) {
      equityC = floor;
      floored++;
    } else if (equityC > cap) equityC = cap;
    const differenceC = price - memory[rowC + i];
    const distanceC = Math.abs(differenceC);
    if (distanceC > bound && distanceC <= Number.MAX_VALUE) sideC = voteC = differenceC / distanceC;
    else if (distanceC <= bound) {
      sideC = 0;
      ties++;
    } else {
      sideC = Number.NaN;
      end = i + 1;
    }

    const sum = memory[weighted + i];
    memory[weighted + i] = sum + voteA * equityA + voteB * equityB + voteC * equityC;
    memory[total + i] = memory[total + i] + equityA + equityB + equityC;
  }
  votes[first] = voteA;
  votes[first + 1] = voteB;
  votes[first + 2] = voteC;
  sides[first] = sideA;
  sides[first + 1] = sideB;
  sides[first + 2] = sideC;
  equities[first] = equityA;
  equities[first + 1] = equityB;
  equities[first + 2] = equityC;
  addCounts(state, ties, floored);
  return end;
}
