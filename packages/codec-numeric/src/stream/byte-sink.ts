/** Bytes that grow at their end. */
export interface ByteSink {
  /** How many there are. */
  readonly length: number;
  /** Appends a byte. */
  byte(value: number): void;
  /** Appends a whole number of 0 to 10^22 that is a float64: seven bits a byte, the lowest first, the highest bit of a byte set if more follow. */
  varint(value: number): void;
  /** Appends bytes. */
  append(bytes: Uint8Array): void;
  /** A copy of all of them; the sink is empty after. */
  take(): Uint8Array;
}

/** Bytes of 10^22. */
const longestNumber = 11;

/** Makes an empty sink. */
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
