/** Bytes that grow. Numbers are little-endian. */
export interface ByteWriter {
  byte(value: number): void;
  uint32(value: number): void;
  int32(value: number): void;
  float64(value: number): void;
  bytes(value: Uint8Array): void;
  /** Writes the length in bytes, then the text as UTF-8. */
  text(value: string): void;
  /** What was written. */
  finish(): Uint8Array;
}

/** An empty writer. */
export function byteWriter(): ByteWriter {
  let buffer = Buffer.allocUnsafe(1024);
  let length = 0;
  function reserve(more: number): number {
    const at = length;
    length += more;
    if (length > buffer.length) {
      const grown = Buffer.allocUnsafe(Math.max(length, 2 * buffer.length));
      buffer.copy(grown, 0, 0, at);
      buffer = grown;
    }
    return at;
  }
  return {
    byte(value) {
      const at = reserve(1);
      buffer.writeUInt8(value, at);
    },
    uint32(value) {
      const at = reserve(4);
      buffer.writeUInt32LE(value, at);
    },
    int32(value) {
      const at = reserve(4);
      buffer.writeInt32LE(value, at);
    },
    float64(value) {
      const at = reserve(8);
      buffer.writeDoubleLE(value, at);
    },
    bytes(value) {
      const at = reserve(value.length);
      buffer.set(value, at);
    },
    text(value) {
      const bytes = Buffer.byteLength(value);
      const at = reserve(4 + bytes);
      buffer.writeUInt32LE(bytes, at);
      buffer.write(value, at + 4);
    },
    finish: () => new Uint8Array(buffer.subarray(0, length)),
  };
}
