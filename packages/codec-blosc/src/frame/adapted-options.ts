import type { BlockCodec } from "@atc/contract";
import type { BlockMemory } from "../kernel/block-memory.ts";
import { type FrameOptions, writeFrame } from "./frame-writer.ts";

/** Shorter content is not sampled. */
const shortestSampled = 2 ** 16;
/** The sample's part of the content, up to a length. */
const sampledPart = 16;
const longestSample = 2 ** 17;
/** Bit shuffle decodes slower, so the byte shuffle wins unless it is clearly larger. */
const worthwhile = 0.98;
/**
 * Content that shrinks this far is encoded so fast that a higher level costs little. The higher level is chosen if it
 * makes a sample smaller at all.
 */
const farRatio = 16;
const farClevel = 3;

/** A piece of whole groups of eight elements from the middle of `decoded`. */
function sampleOf(decoded: Uint8Array, typesize: number): Uint8Array {
  const group = 8 * typesize;
  const length = Math.min(longestSample, decoded.length / sampledPart);
  const whole = Math.max(group, length - (length % group));
  const start = decoded.length / 2;
  const from = start - (start % group);
  return decoded.subarray(from, from + whole);
}

/**
 * The options that make a sample of `decoded` smallest: byte or bit shuffle, and a higher level if content shrinks far
 * and even further with it. Returns `options` for content that is too short to sample.
 */
export function adaptOptions(
  decoded: Uint8Array,
  options: FrameOptions,
  codec: BlockCodec,
  memory: BlockMemory | undefined,
): FrameOptions {
  const { typesize, largestBitBlock } = options;
  if (decoded.length < shortestSampled || typesize * 8 > decoded.length / sampledPart) return options;
  const bytes: FrameOptions = {
    ...options,
    shuffle: "shuffle",
    largestBitBlock: undefined,
    blocksize: largestBitBlock,
  };
  const sample = sampleOf(decoded, typesize);
  const lengthUnder = (tried: FrameOptions): number => writeFrame(sample, tried, codec, memory).length;
  const bitLength = lengthUnder(options);
  const byteLength = lengthUnder(bytes);
  const chosen = byteLength < worthwhile * bitLength ? bytes : options;
  const length = chosen === bytes ? byteLength : bitLength;
  if (farRatio * length > sample.length) return chosen;
  const far = { ...chosen, clevel: farClevel };
  return lengthUnder(far) < length ? far : chosen;
}
