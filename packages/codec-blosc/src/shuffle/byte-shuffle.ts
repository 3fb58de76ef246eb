/**
 * Byte shuffle: the first bytes of all elements, then the second bytes, and so on. Bytes after whole elements stay at
 * the end. Elements of 4 and 8 bytes are 4x4 transposes of bytes in 32-bit words (about 3 GB/s in V8; a plain loop
 * reaches 0.7). That requires aligned arrays and a count that is a multiple of 4. Other elements are shuffled byte by
 * byte.
 */
const littleEndian = new Uint8Array(new Uint32Array([1]).buffer)[0] === 1;

function isAligned(a: Uint8Array, b: Uint8Array, count: number): boolean {
  return littleEndian && count % 4 === 0 && a.byteOffset % 4 === 0 && b.byteOffset % 4 === 0;
}

function words(bytes: Uint8Array): Int32Array {
  return new Int32Array(bytes.buffer, bytes.byteOffset, bytes.length >> 2);
}

function shuffleWords4(source: Int32Array, target: Int32Array, count: number): void {
  const stride = count >> 2;
  for (let i = 0, s = 0; i < stride; i++, s += 4) {
    const a = source[s];
    const b = source[s + 1];
    const c = source[s + 2];
    const d = source[s + 3];
    const ab02 = (a & 0x00ff00ff) | ((b & 0x00ff00ff) << 8);
    const ab13 = ((a >>> 8) & 0x00ff00ff) | (b & 0xff00ff00);
    const cd02 = (c & 0x00ff00ff) | ((d & 0x00ff00ff) << 8);
    const cd13 = ((c >>> 8) & 0x00ff00ff) | (d & 0xff00ff00);
    target[i] = (ab02 & 0xffff) | (cd02 << 16);
    target[i + stride] = (ab13 & 0xffff) | (cd13 << 16);
    target[i + 2 * stride] = (ab02 >>> 16) | (cd02 & 0xffff0000);
    target[i + 3 * stride] = (ab13 >>> 16) | (cd13 & 0xffff0000);
  }
}

/** Two interleaved 4-byte shuffles: the low words of four elements, then their high words. */
function shuffleWords8(source: Int32Array, target: Int32Array, count: number): void {
  const stride = count >> 2;
  for (let half = 0; half < 2; half++) {
    const base = half * 4 * stride;
    for (let i = 0, s = half; i < stride; i++, s += 8) {
      const a = source[s];
      const b = source[s + 2];
      const c = source[s + 4];
      const d = source[s + 6];
      const ab02 = (a & 0x00ff00ff) | ((b & 0x00ff00ff) << 8);
      const ab13 = ((a >>> 8) & 0x00ff00ff) | (b & 0xff00ff00);
      const cd02 = (c & 0x00ff00ff) | ((d & 0x00ff00ff) << 8);
      const cd13 = ((c >>> 8) & 0x00ff00ff) | (d & 0xff00ff00);
      const t = base + i;
      target[t] = (ab02 & 0xffff) | (cd02 << 16);
      target[t + stride] = (ab13 & 0xffff) | (cd13 << 16);
      target[t + 2 * stride] = (ab02 >>> 16) | (cd02 & 0xffff0000);
      target[t + 3 * stride] = (ab13 >>> 16) | (cd13 & 0xffff0000);
    }
  }
}

function unshuffleWords4(source: Int32Array, target: Int32Array, count: number): void {
  const stride = count >> 2;
  for (let i = 0, t = 0; i < stride; i++, t += 4) {
    const p = source[i];
    const q = source[i + stride];
    const r = source[i + 2 * stride];
    const s = source[i + 3 * stride];
    const pq02 = (p & 0x00ff00ff) | ((q & 0x00ff00ff) << 8);
    const pq13 = ((p >>> 8) & 0x00ff00ff) | (q & 0xff00ff00);
    const rs02 = (r & 0x00ff00ff) | ((s & 0x00ff00ff) << 8);
    const rs13 = ((r >>> 8) & 0x00ff00ff) | (s & 0xff00ff00);
    target[t] = (pq02 & 0xffff) | (rs02 << 16);
    target[t + 1] = (pq13 & 0xffff) | (rs13 << 16);
    target[t + 2] = (pq02 >>> 16) | (rs02 & 0xffff0000);
    target[t + 3] = (pq13 >>> 16) | (rs13 & 0xffff0000);
  }
}

function unshuffleWords8(source: Int32Array, target: Int32Array, count: number): void {
  const stride = count >> 2;
  for (let half = 0; half < 2; half++) {
    const base = half * 4 * stride;
    for (let i = 0, t = half; i < stride; i++, t += 8) {
      const p = source[base + i];
      const q = source[base + i + stride];
      const r = source[base + i + 2 * stride];
      const s = source[base + i + 3 * stride];
      const pq02 = (p & 0x00ff00ff) | ((q & 0x00ff00ff) << 8);
      const pq13 = ((p >>> 8) & 0x00ff00ff) | (q & 0xff00ff00);
      const rs02 = (r & 0x00ff00ff) | ((s & 0x00ff00ff) << 8);
      const rs13 = ((r >>> 8) & 0x00ff00ff) | (s & 0xff00ff00);
      target[t] = (pq02 & 0xffff) | (rs02 << 16);
      target[t + 2] = (pq13 & 0xffff) | (rs13 << 16);
      target[t + 4] = (pq02 >>> 16) | (rs02 & 0xffff0000);
      target[t + 6] = (pq13 >>> 16) | (rs13 & 0xffff0000);
    }
  }
}

function shuffleBytes(source: Uint8Array, target: Uint8Array, count: number, typesize: number): void {
  for (let plane = 0; plane < typesize; plane++) {
    const base = plane * count;
    for (let i = 0, s = plane; i < count; i++, s += typesize) target[base + i] = source[s];
  }
}

function unshuffleBytes(source: Uint8Array, target: Uint8Array, count: number, typesize: number): void {
  for (let plane = 0; plane < typesize; plane++) {
    const base = plane * count;
    for (let i = 0, t = plane; i < count; i++, t += typesize) target[t] = source[base + i];
  }
}

function copyRest(source: Uint8Array, target: Uint8Array, from: number): void {
  for (let i = from; i < source.length; i++) target[i] = source[i];
}

/** Shuffles `source` into `target`, which has the same length and does not overlap it. */
export function shuffle(source: Uint8Array, target: Uint8Array, typesize: number): void {
  const count = Math.floor(source.length / typesize);
  if (typesize === 8 && isAligned(source, target, count)) shuffleWords8(words(source), words(target), count);
  else if (typesize === 4 && isAligned(source, target, count)) shuffleWords4(words(source), words(target), count);
  else shuffleBytes(source, target, count, typesize);
  copyRest(source, target, count * typesize);
}

/** Inverts {@link shuffle}. */
export function unshuffle(source: Uint8Array, target: Uint8Array, typesize: number): void {
  const count = Math.floor(source.length / typesize);
  if (typesize === 8 && isAligned(source, target, count)) unshuffleWords8(words(source), words(target), count);
  else if (typesize === 4 && isAligned(source, target, count)) unshuffleWords4(words(source), words(target), count);
  else unshuffleBytes(source, target, count, typesize);
  copyRest(source, target, count * typesize);
}
