/**
 * Bit shuffle as a byte shuffle before or after: each plane of bytes becomes eight rows of bits, eight elements per
 * byte. Both directions transpose the 8x8 bits of a 64-bit word by three exchanges (Hacker's Delight, 7-3), two words
 * at a time.
 */
import { shuffle, unshuffle } from "./byte-shuffle";
import { high, low } from "./interleave";

@inline
function exchange(x: v128, bits: i32, mask: v128): v128 {
  const t = v128.and(v128.xor(x, i64x2.shr_u(x, bits)), mask);
  return v128.xor(v128.xor(x, t), i64x2.shl(t, bits));
}

@inline
function transpose2(x: v128): v128 {
  x = exchange(x, 7, i64x2.splat(0x00aa00aa00aa00aa));
  x = exchange(x, 14, i64x2.splat(0x0000cccc0000cccc));
  return exchange(x, 28, i64x2.splat(0x00000000f0f0f0f0));
}

@inline
function transpose1(x: u64): u64 {
  let t = (x ^ (x >> 7)) & 0x00aa00aa00aa00aa;
  x = x ^ t ^ (t << 7);
  t = (x ^ (x >> 14)) & 0x0000cccc0000cccc;
  x = x ^ t ^ (t << 14);
  t = (x ^ (x >> 28)) & 0x00000000f0f0f0f0;
  return x ^ t ^ (t << 28);
}

/** Converts one plane of `count` bytes to eight rows of `count / 8` bytes. */
function planeToRows(source: usize, target: usize, count: usize): void {
  const row = count >> 3;
  let i: usize = 0;
  for (; i + 128 <= count; i += 128) {
    let a0 = transpose2(v128.load(source + i));
    let a1 = transpose2(v128.load(source + i, 16));
    let a2 = transpose2(v128.load(source + i, 32));
    let a3 = transpose2(v128.load(source + i, 48));
    let a4 = transpose2(v128.load(source + i, 64));
    let a5 = transpose2(v128.load(source + i, 80));
    let a6 = transpose2(v128.load(source + i, 96));
    let a7 = transpose2(v128.load(source + i, 112));
    let b0 = low(a0, a4);
    let b1 = high(a0, a4);
    let b2 = low(a1, a5);
    let b3 = high(a1, a5);
    let b4 = low(a2, a6);
    let b5 = high(a2, a6);
    let b6 = low(a3, a7);
    let b7 = high(a3, a7);
    a0 = low(b0, b4);
    a1 = high(b0, b4);
    a2 = low(b1, b5);
    a3 = high(b1, b5);
    a4 = low(b2, b6);
    a5 = high(b2, b6);
    a6 = low(b3, b7);
    a7 = high(b3, b7);
    b0 = low(a0, a4);
    b1 = high(a0, a4);
    b2 = low(a1, a5);
    b3 = high(a1, a5);
    b4 = low(a2, a6);
    b5 = high(a2, a6);
    b6 = low(a3, a7);
    b7 = high(a3, a7);
    a0 = low(b0, b4);
    a1 = high(b0, b4);
    a2 = low(b1, b5);
    a3 = high(b1, b5);
    a4 = low(b2, b6);
    a5 = high(b2, b6);
    a6 = low(b3, b7);
    a7 = high(b3, b7);
    const t = target + (i >> 3);
    v128.store(t, a0);
    v128.store(t + row, a1);
    v128.store(t + 2 * row, a2);
    v128.store(t + 3 * row, a3);
    v128.store(t + 4 * row, a4);
    v128.store(t + 5 * row, a5);
    v128.store(t + 6 * row, a6);
    v128.store(t + 7 * row, a7);
  }
  for (; i < count; i += 8) {
    let word = transpose1(load<u64>(source + i));
    for (let bit: usize = 0; bit < 8; bit++, word >>= 8) store<u8>(target + bit * row + (i >> 3), <u8>word);
  }
}

/** Inverts {@link planeToRows}. */
function rowsToPlane(source: usize, target: usize, count: usize): void {
  const row = count >> 3;
  let i: usize = 0;
  for (; i + 128 <= count; i += 128) {
    const s = source + (i >> 3);
    let a0 = v128.load(s);
    let a1 = v128.load(s + row);
    let a2 = v128.load(s + 2 * row);
    let a3 = v128.load(s + 3 * row);
    let a4 = v128.load(s + 4 * row);
    let a5 = v128.load(s + 5 * row);
    let a6 = v128.load(s + 6 * row);
    let a7 = v128.load(s + 7 * row);
    let b0 = low(a0, a4);
    let b1 = high(a0, a4);
    let b2 = low(a1, a5);
    let b3 = high(a1, a5);
    let b4 = low(a2, a6);
    let b5 = high(a2, a6);
    let b6 = low(a3, a7);
    let b7 = high(a3, a7);
    a0 = low(b0, b4);
    a1 = high(b0, b4);
    a2 = low(b1, b5);
    a3 = high(b1, b5);
    a4 = low(b2, b6);
    a5 = high(b2, b6);
    a6 = low(b3, b7);
    a7 = high(b3, b7);
    b0 = low(a0, a4);
    b1 = high(a0, a4);
    b2 = low(a1, a5);
    b3 = high(a1, a5);
    b4 = low(a2, a6);
    b5 = high(a2, a6);
    b6 = low(a3, a7);
    b7 = high(a3, a7);
    v128.store(target + i, transpose2(b0));
    v128.store(target + i, transpose2(b1), 16);
    v128.store(target + i, transpose2(b2), 32);
    v128.store(target + i, transpose2(b3), 48);
    v128.store(target + i, transpose2(b4), 64);
    v128.store(target + i, transpose2(b5), 80);
    v128.store(target + i, transpose2(b6), 96);
    v128.store(target + i, transpose2(b7), 112);
  }
  for (; i < count; i += 8) {
    let word: u64 = 0;
    for (let bit: usize = 0; bit < 8; bit++) word |= <u64>load<u8>(source + bit * row + (i >> 3)) << (8 * bit);
    store<u64>(target + i, transpose1(word));
  }
}

/**
 * Bit-shuffles `length` bytes at `source` to `target`, with `scratch` of the same length. If the count of elements is
 * not a multiple of 8, it copies.
 */
export function bitShuffle(source: usize, target: usize, length: usize, typesize: usize, scratch: usize): void {
  const count = length / typesize;
  if ((count & 7) != 0) return memory.copy(target, source, length);
  let planes = source;
  if (typesize > 1) {
    shuffle(source, scratch, count, count, typesize);
    planes = scratch;
  }
  for (let plane: usize = 0; plane < typesize; plane++) planeToRows(planes + plane * count, target + plane * count, count);
  memory.copy(target + count * typesize, source + count * typesize, length - count * typesize);
}

/** Inverts {@link bitShuffle}. */
export function bitUnshuffle(source: usize, target: usize, length: usize, typesize: usize, scratch: usize): void {
  const count = length / typesize;
  if ((count & 7) != 0) return memory.copy(target, source, length);
  const planes = typesize > 1 ? scratch : target;
  for (let plane: usize = 0; plane < typesize; plane++) rowsToPlane(source + plane * count, planes + plane * count, count);
  const rest = count * typesize;
  if (typesize > 1) unshuffle(planes, target, count, count, typesize);
  memory.copy(target + rest, source + rest, length - rest);
}
