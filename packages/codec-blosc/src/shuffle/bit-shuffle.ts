/**
 * Bit shuffle in the layout of Blosc: bit 0 of byte 0 of all elements, then bit 1, and so on over the bytes of an
 * element. Eight elements give one byte of a row, with the first element in its lowest bit. Blocks whose count of
 * elements is not a multiple of 8 are copied. Bytes after whole elements stay at the end.
 */

/** The second result of `transpose`: an array for both would be allocated per element. */
let highWord = 0;

/**
 * Transposes the 8x8 bits of two words by three exchanges; the low word holds rows 0 to 3. Returns the low word;
 * `highWord` holds the other.
 */
function transpose(low: number, high: number): number {
  let x = low;
  let y = high;
  let t = (x ^ (x >>> 7)) & 0x00aa00aa;
  x = x ^ t ^ (t << 7);
  t = (y ^ (y >>> 7)) & 0x00aa00aa;
  y = y ^ t ^ (t << 7);
  t = (x ^ (x >>> 14)) & 0x0000cccc;
  x = x ^ t ^ (t << 14);
  t = (y ^ (y >>> 14)) & 0x0000cccc;
  y = y ^ t ^ (t << 14);
  highWord = (y & 0xf0f0f0f0) | ((x >>> 4) & 0x0f0f0f0f);
  return (x & 0x0f0f0f0f) | ((y << 4) & 0xf0f0f0f0);
}

function gather(bytes: Uint8Array, at: number, stride: number): number {
  return bytes[at] | (bytes[at + stride] << 8) | (bytes[at + 2 * stride] << 16) | (bytes[at + 3 * stride] << 24);
}

function scatter(bytes: Uint8Array, at: number, stride: number, word: number): void {
  bytes[at] = word;
  bytes[at + stride] = word >>> 8;
  bytes[at + 2 * stride] = word >>> 16;
  bytes[at + 3 * stride] = word >>> 24;
}

/** The bytes to shuffle: whole elements if their count is a multiple of 8, else none. */
function shuffledLength(length: number, typesize: number): number {
  const count = Math.floor(length / typesize);
  return count % 8 === 0 ? count * typesize : 0;
}

/** Bit-shuffles `source` into `target`, which has the same length and does not overlap it. */
export function bitShuffle(source: Uint8Array, target: Uint8Array, typesize: number): void {
  const length = shuffledLength(source.length, typesize);
  const row = length / typesize / 8;
  for (let plane = 0; plane < typesize; plane++) {
    let t = plane * 8 * row;
    for (let i = 0, s = plane; i < row; i++, s += 8 * typesize, t++) {
      const low = transpose(gather(source, s, typesize), gather(source, s + 4 * typesize, typesize));
      scatter(target, t, row, low);
      scatter(target, t + 4 * row, row, highWord);
    }
  }
  target.set(source.subarray(length), length);
}

/** Inverts {@link bitShuffle}. */
export function bitUnshuffle(source: Uint8Array, target: Uint8Array, typesize: number): void {
  const length = shuffledLength(source.length, typesize);
  const row = length / typesize / 8;
  for (let plane = 0; plane < typesize; plane++) {
    let s = plane * 8 * row;
    for (let i = 0, t = plane; i < row; i++, t += 8 * typesize, s++) {
      const low = transpose(gather(source, s, row), gather(source, s + 4 * row, row));
      scatter(target, t, typesize, low);
      scatter(target, t + 4 * typesize, typesize, highWord);
    }
  }
  target.set(source.subarray(length), length);
}
