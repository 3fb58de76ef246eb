import type { BloscCname } from "./algorithms.ts";
import { mostSplits, smallestSplit } from "./frame-header.ts";

const level1Cache = 2 ** 15;
const largestSplitPart = 2 ** 18;
const smallestSplitBlock = 2 ** 16;
const largestSplitBlock = 2 ** 20;

/** Multiples of the level-1 cache by clevel. Slower algorithms take twice that, and four times at clevel 9. */
const multiples: readonly number[] = [1 / 4, 1 / 2, 1, 2, 4, 4, 8, 8, 8, 8];

/**
 * Whether c-blosc 1.21 encodes each byte plane of a full block separately: all algorithms except zstd do if planes are
 * long enough.
 */
export function isSplit(cname: BloscCname, typesize: number, blockLength: number): boolean {
  return cname !== "zstd" && typesize <= mostSplits && Math.floor(blockLength / typesize) >= smallestSplit;
}

function preferredLength(cname: BloscCname, clevel: number): number {
  const slow = cname === "lz4hc" || cname === "zlib" || cname === "zstd";
  const doubled = slow ? (clevel === 9 ? 4 : 2) : 1;
  return level1Cache * (multiples[clevel] ?? 1) * doubled;
}

/** Options that determine the length of blocks. */
export interface BlockLengthOptions {
  readonly cname: BloscCname;
  readonly clevel: number;
  readonly typesize: number;
  /** A requested length, instead of that of the algorithm. */
  readonly blocksize: number | undefined;
  /** The most bytes of a block, chosen so that the bit shuffle applies to nearly all; it overrides the others. */
  readonly largestBitBlock?: number | undefined;
}

/**
 * A block length of at most `largest` bytes in whole groups of eight elements. It makes the last block as short as
 * possible if the count of elements is not a multiple of eight, because that block goes without bit shuffle.
 */
function bitBlockLength(length: number, typesize: number, largest: number): number {
  const group = 8 * typesize;
  const groups = Math.floor(length / group);
  const most = Math.min(groups, Math.floor(largest / group));
  if (most <= 1) return Math.min(length, Math.max(group, largest));
  if (Math.floor(length / typesize) % 8 === 0) return groups === most ? length : most * group;
  let best = most;
  for (let candidate = most; candidate > most / 2 && groups % best !== 0; candidate--)
    if (groups % candidate < groups % best) best = candidate;
  return best * group;
}

function compatibleLength(length: number, { cname, clevel, typesize, blocksize }: BlockLengthOptions): number {
  let chosen = length;
  if (blocksize !== undefined) chosen = Math.max(blocksize, smallestSplit);
  else if (length >= level1Cache) chosen = preferredLength(cname, clevel);
  if (clevel === 0 || !isSplit(cname, typesize, chosen)) return chosen;
  const enlarged = Math.min(chosen, largestSplitPart) * typesize;
  return Math.min(Math.max(enlarged, smallestSplitBlock), largestSplitBlock);
}

/** The block length that c-blosc 1.21 chooses for `length` bytes, so that frames agree with those of python-blosc. */
export function chooseBlockLength(length: number, options: BlockLengthOptions): number {
  const { typesize, largestBitBlock } = options;
  if (length < typesize) return 1;
  const wanted =
    largestBitBlock === undefined
      ? compatibleLength(length, options)
      : bitBlockLength(length, typesize, largestBitBlock);
  const chosen = Math.min(wanted, length);
  return chosen > typesize ? chosen - (chosen % typesize) : chosen;
}
