import type { Codec } from "@atc/contract";
import type { CodecInput } from "./codec-input.ts";

/** What a codec makes of some bytes. */
export interface CodecFigures {
  /** Bytes of a byte. */
  readonly ratio: number;
  /** Millions of decoded bytes a second. */
  readonly compressMBs: number;
  /** Millions of decoded bytes a second, into memory that is there. */
  readonly decompressMBs: number;
}

/** Milliseconds that an action takes. */
function time(action: () => void): number {
  const before = performance.now();
  action();
  return performance.now() - before;
}

/** The shortest of the milliseconds that an action takes within `budgetMs`; its first run is for warmth, unless it takes all of that. */
function shortest(action: () => void, budgetMs: number): number {
  const start = performance.now();
  const cold = time(action);
  let least = cold > budgetMs ? cold : time(action);
  while (performance.now() - start < budgetMs) least = Math.min(least, time(action));
  return Math.max(least, 1e-4);
}

/**
 * Encodes and decodes again and again, for `budgetMs` each; undefined where the bytes do not come back.
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

/** How often what is stored is read, and from where. */
export interface CodecUse {
  /** Times that it is read. */
  readonly reads: number;
  /** Millions of bytes that the disk takes and gives a second. */
  readonly diskMBs: number;
}

/** Seconds to compress and store 10^9 bytes once, and to read and decompress them as often as they are. */
export function secondsPerGB(
  { ratio, compressMBs, decompressMBs }: CodecFigures,
  { reads, diskMBs }: CodecUse,
): number {
  return 1000 * (1 / compressMBs + reads / decompressMBs + (1 + reads) / ratio / diskMBs);
}

/** Not to compress at all. */
export const uncompressed: CodecFigures = {
  ratio: 1,
  compressMBs: Number.POSITIVE_INFINITY,
  decompressMBs: Number.POSITIVE_INFINITY,
};
