/** The name of an algorithm that a Blosc frame may hold. */
export type BloscCname = "blosclz" | "lz4" | "lz4hc" | "snappy" | "zlib" | "zstd";

/** What is known of one algorithm before any package is loaded. */
export interface BloscAlgorithm {
  /** The name that Blosc gives it. */
  readonly cname: BloscCname;
  /** The number in bits 5 to 7 of a frame's flags; lz4 and lz4hc share theirs. */
  readonly bloscFormat: 0 | 1 | 2 | 3 | 4;
  /** The package that brings its block codec. */
  readonly package: string;
}

/** The algorithms of Blosc 1 by name, with the package behind each. */
export const bloscAlgorithms: Readonly<Record<BloscCname, BloscAlgorithm>> = {
  blosclz: { cname: "blosclz", bloscFormat: 0, package: "@atc/codec-blosc" },
  lz4: { cname: "lz4", bloscFormat: 1, package: "@atc/codec-lz4" },
  lz4hc: { cname: "lz4hc", bloscFormat: 1, package: "@atc/codec-lz4" },
  snappy: { cname: "snappy", bloscFormat: 2, package: "@atc/codec-snappy" },
  zlib: { cname: "zlib", bloscFormat: 3, package: "@atc/codec-zlib" },
  zstd: { cname: "zstd", bloscFormat: 4, package: "@atc/codec-zstd" },
};

/** The names in one list. */
export const cnames: readonly BloscCname[] = Object.values(bloscAlgorithms).map(({ cname }) => cname);

/** The algorithm that a format number stands for; undefined for a number that Blosc 1 does not know. */
export function algorithmOf(bloscFormat: number): BloscAlgorithm | undefined {
  return Object.values(bloscAlgorithms).find((algorithm) => algorithm.bloscFormat === bloscFormat);
}

/**
 * The most decoded bytes that one encoded byte of each format can stand for, from the formats' specifications: 255 per length byte of LZ4 and
 * BloscLZ, 64 per 3 bytes of Snappy, 258 per 2 bits of deflate, a 128 KiB block per 4 bytes of Zstandard.
 */
const largestExpansion: readonly number[] = [256, 255, 22, 1032, 2 ** 15];

const snappyFormat = 2;

/** The most bytes that c-blosc writes for a part of `length`: one that does not shrink is stored, but for Snappy, which may write more. */
export function longestPart(bloscFormat: number, length: number): number {
  return bloscFormat === snappyFormat ? 32 + length + Math.floor(length / 6) : length;
}

/** Whether `encodedLength` bytes of a format can hold `decodedLength` bytes at all; what cannot is damage, found before anything is allocated. */
export function isPlausible(bloscFormat: number, encodedLength: number, decodedLength: number): boolean {
  const slack = 128;
  return decodedLength <= encodedLength * (largestExpansion[bloscFormat] ?? 0) + slack;
}
