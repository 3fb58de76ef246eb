import { crc32 } from "node:zlib";

/** A byte range of a file, and the CRC-32 of its bytes. */
export interface ChecksummedRange {
  readonly offset: number;
  length: number;
  crc: number;
}

const polynomial = 0xedb88320;
/** The polynomial 1. */
const one = 0x80000000;

/**
 * Product of two polynomials over GF(2) modulo the CRC-32 polynomial, bits reflected. It has no branches: a processor
 * could not predict them.
 */
function multiply(a: number, b: number): number {
  let product = 0;
  let factor = b;
  for (let bit = 31; bit >= 0; bit--) {
    product ^= factor & -((a >>> bit) & 1);
    factor = (factor >>> 1) ^ (polynomial & -(factor & 1));
  }
  return product >>> 0;
}

/** Element i is x^(8 * 2^i): the factor of a register that 2^i zero bytes follow. */
const zeroByteShifts: Uint32Array = (() => {
  const shifts = new Uint32Array(40);
  let power = 0x00800000;
  for (let i = 0; i < shifts.length; i++) {
    shifts[i] = power;
    power = multiply(power, power);
  }
  return shifts;
})();

/**
 * The shift of {@link appendCrc32} for a second string of `length` bytes. Compute it once for many strings of one
 * length.
 */
export function crc32Shift(length: number): number {
  let shift: number | undefined;
  for (let rest = length, i = 0; rest > 0; rest = Math.floor(rest / 2), i++)
    if (rest % 2 === 1) {
      const factor = zeroByteShifts[i] ?? one;
      shift = shift === undefined ? factor : multiply(factor, shift);
    }
  return shift ?? one;
}

/**
 * The CRC-32 of two consecutive byte strings, from the CRC-32 of each and the {@link crc32Shift} of the second's
 * length.
 */
export function appendCrc32(first: number, second: number, shift: number): number {
  return (multiply(shift, first) ^ second) >>> 0;
}

/** The CRC-32 of two consecutive byte strings, from the CRC-32 of each and the length of the second. Reads no byte. */
export function combineCrc32(first: number, second: number, secondLength: number): number {
  return appendCrc32(first, second, crc32Shift(secondLength));
}

/** The inverse of a polynomial other than 0: the field has 2^32 elements, so the inverse is the power of 2^32 - 2. */
function inverse(of: number): number {
  let result = one;
  let power = of;
  for (let bit = 1; bit < 32; bit++) {
    power = multiply(power, power);
    result = multiply(result, power);
  }
  return result;
}

/** The shift of {@link prefixCrc32} for a suffix of `length` bytes. Compute it once for many strings. */
export function crc32Unshift(length: number): number {
  return inverse(crc32Shift(length));
}

/**
 * The CRC-32 of a byte string without its suffix, from the CRC-32 of the whole and of the suffix, and the
 * {@link crc32Unshift} of the suffix's length.
 */
export function prefixCrc32(whole: number, suffix: number, unshift: number): number {
  return multiply(unshift, (whole ^ suffix) >>> 0);
}

/**
 * The CRC-32 of a file of `bytes` bytes from ranges in any order that do not overlap; between them the file holds
 * zeros.
 */
export function checksumOf(ranges: readonly ChecksummedRange[], bytes: number): number {
  let crc = 0;
  let end = 0;
  const appendZeros = (length: number): void => {
    if (length > 0) crc = combineCrc32(crc, crc32(new Uint8Array(length)), length);
  };
  for (const range of [...ranges].sort((a, b) => a.offset - b.offset)) {
    appendZeros(range.offset - end);
    crc = combineCrc32(crc, range.crc, range.length);
    end = range.offset + range.length;
  }
  appendZeros(bytes - end);
  return crc;
}

/** A CRC-32 as 8 hexadecimal digits. */
export function hexOf(crc: number): string {
  return crc.toString(16).padStart(8, "0");
}
