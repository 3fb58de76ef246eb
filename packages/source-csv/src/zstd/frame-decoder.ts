import { createLiterals, largestBlock, readLiterals } from "./literals.ts";
import { createSequenceState, executeSequences, type FrameWindow } from "./sequences.ts";

/** The kinds of blocks by their number in a file. */
export const blockKinds = { raw: 0, repeated: 1, compressed: 2 } as const;

/** Decodes the blocks of one frame in order. The result of each call is valid until the next one. */
export interface FrameDecoder {
  /** A block of bytes as they are. */
  raw(bytes: Uint8Array): Uint8Array;
  /** A block of one byte, repeated. */
  repeated(byte: number, count: number): Uint8Array;
  /** The compressed block in `bytes[0, length)`. Three bytes after it must be readable. */
  compressed(bytes: Uint8Array, length: number): Uint8Array;
}

/** Decoded bytes beyond the window: with more of them, the window moves less often. */
const leastRoom = 2 ** 20;
const mostRoom = 2 ** 24;

/** A decoder of a frame with a window of `windowLength` bytes. Its memory grows with the frame up to the window's. */
export function frameDecoder(windowLength: number): FrameDecoder {
  const capacity = windowLength + largestBlock + Math.min(Math.max(windowLength, leastRoom), mostRoom);
  const window: FrameWindow = { bytes: new Uint8Array(Math.min(capacity, leastRoom)), end: 0, length: windowLength };
  const literals = createLiterals();
  const state = createSequenceState();
  const reserve = (): number => {
    const wanted = window.end + largestBlock;
    if (wanted > window.bytes.length && window.bytes.length < capacity) {
      const larger = new Uint8Array(Math.min(capacity, Math.max(wanted, 2 * window.bytes.length)));
      larger.set(window.bytes.subarray(0, window.end));
      window.bytes = larger;
    }
    if (wanted > window.bytes.length) {
      window.bytes.copyWithin(0, window.end - windowLength, window.end);
      window.end = windowLength;
    }
    return window.end;
  };
  return {
    raw: (bytes) => {
      const start = reserve();
      window.bytes.set(bytes, start);
      window.end = start + bytes.length;
      return window.bytes.subarray(start, window.end);
    },
    repeated: (byte, count) => {
      const start = reserve();
      window.bytes.fill(byte, start, start + count);
      window.end = start + count;
      return window.bytes.subarray(start, window.end);
    },
    compressed: (bytes, length) => {
      const start = reserve();
      const after = readLiterals(bytes, length, literals);
      executeSequences(bytes, after, length, state, literals, window);
      return window.bytes.subarray(start, window.end);
    },
  };
}
