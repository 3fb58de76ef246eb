/** The name of an algorithm of Blosc frames. */
export type BloscCname = "blosclz" | "lz4" | "lz4hc" | "snappy" | "zlib" | "zstd";

/** Facts about an algorithm that are known before its package is loaded. */
export interface BloscAlgorithm {
  /** The name in Blosc. */
  readonly cname: BloscCname;
  /** The number in bits 5 to 7 of the flags of a frame; lz4 and lz4hc share theirs. */
  readonly bloscFormat: 0 | 1 | 2 | 3 | 4;
  /** The package of its block codec. */
  readonly package: string;
}

/** The algorithms of Blosc 1 by name. */
export const bloscAlgorithms: Readonly<Record<BloscCname, BloscAlgorithm>> = {
  blosclz: { cname: "blosclz", bloscFormat: 0, package: "@atc/codec-blosc" },
  lz4: { cname: "lz4", bloscFormat: 1, package: "@atc/codec-lz4" },
  lz4hc: { cname: "lz4hc", bloscFormat: 1, package: "@atc/codec-lz4" },
  snappy: { cname: "snappy", bloscFormat: 2, package: "@atc/codec-snappy" },
  zlib: { cname: "zlib", bloscFormat: 3, package: "@atc/codec-zlib" },
  zstd: { cname: "zstd", bloscFormat: 4, package: "@atc/codec-zstd" },
};

/** The names of all algorithms. */
export const cnames: readonly BloscCname[] = Object.values(bloscAlgorithms).map(({ cname }) => cname);

/** The algorithm of a format number; undefined if Blosc 1 does not have it. */
export function algorithmOf(bloscFormat: number): BloscAlgorithm | undefined {
  return Object.values(bloscAlgorithms).find((algorithm) => algorithm.bloscFormat === bloscFormat);
}

/**
 * The largest expansion per encoded byte of each format, from their specifications.
 *
 * - LZ4 and BloscLZ: 255 per length byte.
 * - Snappy: 64 per 3 bytes.
 * - deflate: 258 per 2 bits.
 * - Zstandard: a 128 KiB block per 4 bytes.
 */
const largestExpansion: readonly number[] = [256, 255, 22, 1032, 2 ** 15];

const snappyFormat = 2;

/**
 * The most bytes that c-blosc writes for a part of `length` bytes: incompressible parts are stored, except that Snappy
 * may write more.
 */
export function longestPart(bloscFormat: number, length: number): number {
  return bloscFormat === snappyFormat ? 32 + length + Math.floor(length / 6) : length;
}

/**
 * Whether `encodedLength` bytes of a format can hold `decodedLength` bytes at all. If not, the frame is refused before
 * anything is allocated.
 */
export function isPlausible(bloscFormat: number, encodedLength: number, decodedLength: number): boolean {
  const slack = 128;
  return decodedLength <= encodedLength * (largestExpansion[bloscFormat] ?? 0) + slack;
}
