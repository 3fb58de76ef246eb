import { groupLength, groupSize } from "./group-state.ts";
import { directionStride, workLength } from "./working-rows.ts";

/** How much a memory of accounts in lanes holds. */
export interface LaneShape {
  /** Number of groups of eight configurations. */
  readonly groups: number;
  readonly symbols: number;
  /** Number of groups of symbols with equal times. */
  readonly timeGroups: number;
  /** Number of rows of directions. */
  readonly directions: number;
  /** Most bars of a symbol in a block, and most times of a block. */
  readonly blockLength: number;
}

/** Bytes of the eight doubles of a time. */
export const timeLength: number = 8 * groupSize;

/** Bytes from one row of directions to the next, at most. */
export function mostDirectionStride(blockLength: number): number {
  return blockLength + 64;
}

/**
 * The addresses of a memory for the accounts of many configurations and symbols. A matrix has a row of eight doubles
 * per time and group.
 */
export interface LaneLayout extends LaneShape {
  readonly close: number;
  readonly fill: number;
  /** For the directions of eight accounts. */
  readonly lanes: number;
  /** For the work of a group. */
  readonly work: number;
  /** By configuration, the address of its directions. */
  readonly sources: number;
  /** Directions that are all 0. */
  readonly flat: number;
  readonly rows: number;
  /** By time, the row of the latest sum. */
  readonly rowAt: number;
  /** By group of symbols and configuration, the latest sum. */
  readonly latest: number;
  /** By symbol, the states of all groups. */
  readonly accounts: number;
  readonly portfolios: number;
  /** The first matrix has the sums of the current group of symbols, the others are partial sums of groups. */
  readonly matrices: number;
  readonly matrixLength: number;
  /** Bytes from one group to the next in a matrix. */
  readonly stride: number;
  /** Bytes of the states of all groups of one symbol. */
  readonly symbolLength: number;
  /** Bytes of the whole memory. */
  readonly length: number;
}

/** Matrices of partial sums that a binary tree over `count` leaves needs at once. */
function partialSums(count: number): number {
  return Math.ceil(Math.log2(count)) + 1;
}

/** Lays out a memory. */
export function laneLayout(shape: LaneShape): LaneLayout {
  const { groups, symbols, timeGroups, directions, blockLength } = shape;
  // The code's constants are before the first address.
  let end = 4096;
  const take = (bytes: number): number => {
    const at = end;
    end += 64 * Math.ceil(bytes / 64);
    return at;
  };
  const stride = timeLength * blockLength;
  const symbolLength = 8 * groupLength * groups;
  const matrixLength = stride * groups;
  return {
    ...shape,
    stride,
    symbolLength,
    matrixLength,
    close: take(8 * blockLength),
    fill: take(8 * blockLength),
    lanes: take(directionStride * groupSize),
    work: take(workLength),
    sources: take(4 * groups * groupSize),
    flat: take(blockLength),
    // The kernel reads up to 15 bytes after a row.
    rows: take(directions * mostDirectionStride(blockLength) + 16),
    rowAt: take(4 * blockLength),
    latest: take(timeLength * groups * timeGroups),
    accounts: take(symbolLength * symbols),
    portfolios: take(symbolLength),
    matrices: take(matrixLength * (1 + partialSums(timeGroups))),
    length: end,
  };
}

/** Views of a memory of accounts in lanes. */
export interface LaneMemory {
  readonly layout: LaneLayout;
  readonly bytes: Int8Array;
  readonly words: Uint32Array;
  readonly doubles: Float64Array;
}

/** The views of a buffer of `layout.length` bytes or more. */
export function laneMemory(layout: LaneLayout, buffer: ArrayBufferLike): LaneMemory {
  return {
    layout,
    bytes: new Int8Array(buffer),
    words: new Uint32Array(buffer),
    doubles: new Float64Array(buffer),
  };
}

/** The states of all groups of a symbol. */
export function statesOfSymbol({ layout, doubles }: LaneMemory, symbol: number): Float64Array {
  const from = (layout.accounts + symbol * layout.symbolLength) / 8;
  return doubles.subarray(from, from + layout.symbolLength / 8);
}

/** The states of all groups of portfolios. */
export function statesOfPortfolios({ layout, doubles }: LaneMemory): Float64Array {
  return doubles.subarray(layout.portfolios / 8, (layout.portfolios + layout.symbolLength) / 8);
}
