import type { BloscCname } from "./algorithms.ts";
import { mostSplits, smallestSplit } from "./frame-header.ts";

const level1Cache = 2 ** 15;
const largestSplitPart = 2 ** 18;
const smallestSplitBlock = 2 ** 16;
const largestSplitBlock = 2 ** 20;

/** Multiples of the level-1 cache by clevel; the slower algorithms take twice that, and four times at clevel 9. */
const multiples: readonly number[] = [1 / 4, 1 / 2, 1, 2, 4, 4, 8, 8, 8, 8];

/** Whether c-blosc 1.21 encodes each byte plane of a full block by itself: every algorithm but zstd, where the planes are long enough. */
export function isSplit(cname: BloscCname, typesize: number, blockLength: number): boolean {
  return cname !== "zstd" && typesize <= mostSplits && Math.floor(blockLength / typesize) >= smallestSplit;
}

function preferredLength(cname: BloscCname, clevel: number): number {
  const slow = cname === "lz4hc" || cname === "zlib" || cname === "zstd";
  const doubled = slow ? (clevel === 9 ? 4 : 2) : 1;
  return level1Cache * (multiples[clevel] ?? 1) * doubled;
}

/** What decides the length of a block. */
export interface BlockLengthOptions {
  readonly cname: BloscCname;
  readonly clevel: number;
  readonly typesize: number;
  /** A length that the user asks for instead of the algorithm's own. */
  readonly blocksize: number | undefined;
}

/** The bytes of a block that c-blosc 1.21 takes for `length` bytes, so that frames agree with those of python-blosc. */
export function chooseBlockLength(length: number, options: BlockLengthOptions): number {
  const { cname, clevel, typesize, blocksize } = options;
  if (length < typesize) return 1;
  let chosen = length;
  if (blocksize !== undefined) chosen = Math.max(blocksize, smallestSplit);
  else if (length >= level1Cache) chosen = preferredLength(cname, clevel);
  if (clevel > 0 && isSplit(cname, typesize, chosen)) {
    const enlarged = Math.min(chosen, largestSplitPart) * typesize;
    chosen = Math.min(Math.max(enlarged, smallestSplitBlock), largestSplitBlock);
  }
  chosen = Math.min(chosen, length);
  return chosen > typesize ? chosen - (chosen % typesize) : chosen;
}
