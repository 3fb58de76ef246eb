import { AtcError } from "@atc/contract";

/** The error for bytes that no encoder wrote. */
export function corrupt(reason: string, cause?: unknown): AtcError {
  return new AtcError(
    "ATC_CORRUPT_DATA",
    `numeric: ${reason}; the frame is damaged`,
    cause === undefined ? {} : { cause },
  );
}

/** Reads bytes from first to last, none beyond. */
export interface ByteCursor {
  /** The next byte. */
  byte(): number;
  /** The next whole number, as `ByteSink.varint` wrote it. */
  varint(): number;
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
    varint() {
      let value = 0;
      for (let factor = 1; factor < 2 ** 50; factor *= 128) {
        const part = byte();
        value += (part & 127) * factor;
        if (part < 128) return value;
      }
      throw corrupt("a number of more than 56 bits");
    },
    take(length) {
      if (length > bytes.length - at) throw corrupt(`${length} bytes where ${bytes.length - at} are left`);
      at += length;
      return bytes.subarray(at - length, at);
    },
    left: () => bytes.length - at,
  };
}
