import { AtcError } from "@atc/contract";
import { largestInteger } from "../plan/representable.ts";

/** ATC_CORRUPT_DATA for bytes that no encoder wrote. */
export function corrupt(reason: string, cause?: unknown): AtcError {
  return new AtcError(
    "ATC_CORRUPT_DATA",
    `numeric: ${reason}; the frame is damaged`,
    cause === undefined ? {} : { cause },
  );
}

/** Factor of the last byte of the longest number: 11 bytes hold 10^22. */
const largestFactor = 128 ** 10;

/** Reads bytes in order and never beyond the last. */
export interface ByteCursor {
  /** The next byte. */
  byte(): number;
  /**
   * The next whole number from `ByteSink.varint`. ATC_CORRUPT_DATA if it is above `most` (default: 2^53 - 1) or is not
   * an exact float64.
   */
  varint(most?: number): number;
  /** The next `length` bytes, without a copy. */
  take(length: number): Uint8Array;
  /** Bytes that are left. */
  left(): number;
}

/** A cursor over `bytes`. All methods throw ATC_CORRUPT_DATA if too few bytes are left. */
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
        // A rounded sum is not the number in the bytes.
        if (sum - more !== value) throw corrupt("a number is not an exact float64");
        if (sum > most) throw corrupt(`a number is above ${most}`);
        if (part < 128) return sum;
        value = sum;
      }
      throw corrupt("a number does not end");
    },
    take(length) {
      if (length > bytes.length - at)
        throw corrupt(`expected ${length} more bytes, but only ${bytes.length - at} are left`);
      at += length;
      return bytes.subarray(at - length, at);
    },
    left: () => bytes.length - at,
  };
}
