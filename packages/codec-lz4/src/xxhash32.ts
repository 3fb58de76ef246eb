/**
 * xxHash with 32 bits and seed 0, the checksum of LZ4 frames.
 *
 * Format: https://github.com/Cyan4973/xxHash/blob/dev/doc/xxhash_spec.md
 */
const prime1 = 0x9e3779b1 | 0;
const prime2 = 0x85ebca77 | 0;
const prime3 = 0xc2b2ae3d | 0;
const prime4 = 0x27d4eb2f;
const prime5 = 0x165667b1;

function rotate(word: number, bits: number): number {
  return (word << bits) | (word >>> (32 - bits));
}

function round(lane: number, word: number): number {
  return Math.imul(rotate((lane + Math.imul(word, prime2)) | 0, 13), prime1);
}

/** The merged lanes over all whole stripes of 16 bytes. */
function stripes(view: DataView, end: number): number {
  let a = (prime1 + prime2) | 0;
  let b = prime2;
  let c = 0;
  let d = -prime1 | 0;
  for (let i = 0; i < end; i += 16) {
    a = round(a, view.getInt32(i, true));
    b = round(b, view.getInt32(i + 4, true));
    c = round(c, view.getInt32(i + 8, true));
    d = round(d, view.getInt32(i + 12, true));
  }
  return (rotate(a, 1) + rotate(b, 7) + rotate(c, 12) + rotate(d, 18)) | 0;
}

/** The hash of `bytes`, 0 to 2^32 - 1. */
export function xxhash32(bytes: Uint8Array): number {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.length);
  const whole = bytes.length - (bytes.length % 16);
  let hash = whole === 0 ? prime5 : stripes(view, whole);
  hash = (hash + bytes.length) | 0;
  let i = whole;
  for (; i + 4 <= bytes.length; i += 4)
    hash = Math.imul(rotate((hash + Math.imul(view.getInt32(i, true), prime3)) | 0, 17), prime4);
  for (; i < bytes.length; i++) hash = Math.imul(rotate((hash + Math.imul(view.getUint8(i), prime5)) | 0, 11), prime1);
  hash = Math.imul(hash ^ (hash >>> 15), prime2);
  hash = Math.imul(hash ^ (hash >>> 13), prime3);
  return (hash ^ (hash >>> 16)) >>> 0;
}
