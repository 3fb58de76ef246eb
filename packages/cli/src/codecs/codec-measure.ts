import type { Codec } from "@atc/contract";
import type { CodecInput } from "./codec-input.ts";

/** The measured performance of a codec. */
export interface CodecFigures {
  /** Decoded bytes per encoded byte. */
  readonly ratio: number;
  /** Compression speed, in millions of decoded bytes per second. */
  readonly compressMBs: number;
  /** Decompression speed into an allocated array, in millions of decoded bytes per second. */
  readonly decompressMBs: number;
}

/** The time of an action, in ms. */
function time(action: () => void): number {
  const before = performance.now();
  action();
  return performance.now() - before;
}

/**
 * The shortest time of an action within `budgetMs`, in ms. The first run is a warm-up, unless it exceeds the budget.
 */
function shortest(action: () => void, budgetMs: number): number {
  const start = performance.now();
  const cold = time(action);
  let least = cold > budgetMs ? cold : time(action);
  while (performance.now() - start < budgetMs) least = Math.min(least, time(action));
  return Math.max(least, 1e-4);
}

/**
 * Encodes and decodes repeatedly, for `budgetMs` each; undefined if the decoded bytes differ.
 *
 * @throws what the codec throws
 */
export function measureCodec(
  codec: Codec,
  { bytes, typesize }: CodecInput,
  budgetMs: number,
): CodecFigures | undefined {
  let encoded: Uint8Array = new Uint8Array(0);
  const encoding = shortest(() => {
    encoded = codec.encode(bytes, { typesize });
  }, budgetMs);
  const target = new Uint8Array(bytes.length);
  const decoding = shortest(() => {
    codec.decode(encoded, { target });
  }, budgetMs);
  if (Buffer.compare(target, bytes) !== 0) return undefined;
  return {
    ratio: bytes.length / encoded.length,
    compressMBs: bytes.length / 1000 / encoding,
    decompressMBs: bytes.length / 1000 / decoding,
  };
}

/** How often stored bytes are read, and how fast the disk is. */
export interface CodecUse {
  /** Number of reads per write. */
  readonly reads: number;
  /** Disk throughput, in millions of bytes per second. */
  readonly diskMBs: number;
}

/** Seconds to compress and store 10^9 bytes once and to read and decompress them `reads` times. */
export function secondsPerGB(
  { ratio, compressMBs, decompressMBs }: CodecFigures,
  { reads, diskMBs }: CodecUse,
): number {
  return 1000 * (1 / compressMBs + reads / decompressMBs + (1 + reads) / ratio / diskMBs);
}

/** The performance without compression. */
export const uncompressed: CodecFigures = {
  ratio: 1,
  compressMBs: Number.POSITIVE_INFINITY,
  decompressMBs: Number.POSITIVE_INFINITY,
};
