import { AtcError } from "@atc/contract";
import { largestInteger } from "../plan/representable.ts";

/** The error for bytes that no encoder wrote. */
export function corrupt(reason: string, cause?: unknown): AtcError {
  return new AtcError(
    "ATC_CORRUPT_DATA",
    `numeric: ${reason}; the frame is damaged`,
    cause === undefined ? {} : { cause },
  );
}

/** What the last byte of the longest number counts for: 11 bytes hold 10^22. */
const largestFactor = 128 ** 10;

/** Reads bytes from first to last, none beyond. */
export interface ByteCursor {
  /** The next byte. */
  byte(): number;
  /** The next whole number, as `ByteSink.varint` wrote it; ATC_CORRUPT_DATA if it is above `most` (2^53 - 1 if absent), or no float64. */
  varint(most?: number): number;
  /** The next `length` bytes, without a copy. */
  take(length: number): Uint8Array;
  /** Bytes that are left. */
  left(): number;
}

/** A cursor over `bytes`; each of its methods throws ATC_CORRUPT_DATA where too few are left. */
export function createByteCursor(bytes: Uint8Array): ByteCursor {
  let at = 0;
  const byte = (): number => {
    const value = bytes[at++];
    if (value === undefined) throw corrupt("the bytes end too early");
    return value;
  };
  return {
    byte,
    varint(most = largestInteger) {
      let value = 0;
      for (let factor = 1; factor <= largestFactor; factor *= 128) {
        const part = byte();
        const more = (part & 127) * factor;
        const sum = value + more;
        // A sum that was rounded is another number than the bytes stand for.
        if (sum - more !== value) throw corrupt("a number that no float64 is");
        if (sum > most) throw corrupt(`a number above ${most}`);
        if (part < 128) return sum;
        value = sum;
      }
      throw corrupt("a number that does not end");
    },
    take(length) {
      if (length > bytes.length - at) throw corrupt(`${length} bytes where ${bytes.length - at} are left`);
      at += length;
      return bytes.subarray(at - length, at);
    },
    left: () => bytes.length - at,
  };
}
