/** A growing buffer of bytes. */
export interface ByteSink {
  readonly length: number;
  byte(value: number): void;
  /**
   * Appends a whole number, 0 to 10^22 and an exact float64, as base 128, low digits first. The high bit of a byte says
   * that more follow.
   */
  varint(value: number): void;
  append(bytes: Uint8Array): void;
  /** Returns a copy of all bytes and empties the sink. */
  take(): Uint8Array;
}

/** Bytes of 10^22 in base 128. */
const longestNumber = 11;

export function createByteSink(): ByteSink {
  let bytes = new Uint8Array(2 ** 12);
  let length = 0;
  const reserve = (more: number): void => {
    if (length + more <= bytes.length) return;
    const longer = new Uint8Array(Math.max(2 * bytes.length, length + more));
    longer.set(bytes.subarray(0, length));
    bytes = longer;
  };
  return {
    get length() {
      return length;
    },
    byte(value) {
      reserve(1);
      bytes[length++] = value;
    },
    varint(value) {
      reserve(longestNumber);
      let left = value;
      for (; left >= 128; left = Math.floor(left / 128)) bytes[length++] = (left % 128) | 128;
      bytes[length++] = left;
    },
    append(more) {
      reserve(more.length);
      bytes.set(more, length);
      length += more.length;
    },
    take() {
      const taken = bytes.slice(0, length);
      length = 0;
      return taken;
    },
  };
}
