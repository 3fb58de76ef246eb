/** Bytes that grow. Numbers are little-endian. */
export interface ByteWriter {
  byte(value: number): void;
  uint32(value: number): void;
  int32(value: number): void;
  float64(value: number): void;
  /** Writes bytes, which must not change before {@link ByteWriter.finish}. */
  bytes(value: Uint8Array): void;
  /** Writes the length in bytes, then the text as UTF-8. */
  text(value: string): void;
  /** What was written. */
  finish(): Uint8Array;
}

/** Bytes from which an array is copied only once, at the end: a buffer that grows around it copies it again. */
const leastLarge = 4096;

/** An empty writer. */
export function byteWriter(): ByteWriter {
  /** What precedes the buffer. */
  const parts: Uint8Array[] = [];
  let partBytes = 0;
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
  function addPart(part: Uint8Array): void {
    parts.push(part);
    partBytes += part.length;
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
      if (value.length < leastLarge) {
        const at = reserve(value.length);
        buffer.set(value, at);
        return;
      }
      addPart(buffer.subarray(0, length));
      addPart(value);
      buffer = buffer.subarray(length);
      length = 0;
    },
    text(value) {
      const bytes = Buffer.byteLength(value);
      const at = reserve(4 + bytes);
      buffer.writeUInt32LE(bytes, at);
      buffer.write(value, at + 4);
    },
    finish() {
      // Filling megabytes with zeros first takes as long as the copy.
      const all = new Uint8Array(Buffer.allocUnsafeSlow(partBytes + length).buffer);
      let end = 0;
      for (const part of [...parts, buffer.subarray(0, length)]) {
        all.set(part, end);
        end += part.length;
      }
      return all;
    },
  };
}
