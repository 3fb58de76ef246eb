/**
 * Unsigned 64-bit words as pairs of 32-bit halves, for xxHash: BigInt would be ten times slower. Words change in place,
 * so that hot loops allocate nothing.
 */
export interface Word64 {
  high: number;
  low: number;
}

export function word64(high: number, low: number): Word64 {
  return { high: high | 0, low: low | 0 };
}

/** The high half of the product of two unsigned 32-bit numbers, by 16-bit parts, which stay small integers in V8. */
export function highProduct(a: number, b: number): number {
  const a0 = a & 0xffff;
  const a1 = a >>> 16;
  const b0 = b & 0xffff;
  const b1 = b >>> 16;
  const middle = (Math.imul(a1, b0) + (Math.imul(a0, b0) >>> 16)) | 0;
  const low = (Math.imul(a0, b1) + (middle & 0xffff)) | 0;
  return (Math.imul(a1, b1) + (middle >>> 16) + (low >>> 16)) | 0;
}

/** Adds to `word`. */
export function add(word: Word64, high: number, low: number): void {
  const sum = (word.low + low) | 0;
  const carry = sum >>> 0 < low >>> 0 ? 1 : 0;
  word.high = (word.high + high + carry) | 0;
  word.low = sum;
}

/** Multiplies `word`. */
export function multiply(word: Word64, high: number, low: number): void {
  const product = (highProduct(word.low, low) + Math.imul(word.low, high) + Math.imul(word.high, low)) | 0;
  word.low = Math.imul(word.low, low);
  word.high = product;
}

/** Rotates `word` to the left by 1 to 31 bits. */
export function rotate(word: Word64, bits: number): void {
  const { high, low } = word;
  word.high = (high << bits) | (low >>> (32 - bits));
  word.low = (low << bits) | (high >>> (32 - bits));
}

/** Exclusive or into `word`. */
export function xor(word: Word64, high: number, low: number): void {
  word.high ^= high;
  word.low ^= low;
}
