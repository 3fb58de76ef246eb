import { high, low } from "./interleave";

/**
 * Byte shuffle: byte 0 of all elements, byte 1 of all elements, and so on.
 *
 * Sixteen elements of 2, 4 or 8 bytes are that many vectors. Each byte has a number, made of its element and its place
 * in the element. Interleaving the first half of the vectors with the second rotates the bits of that number by one.
 * Four rounds put the place before the element; as many rounds as the place has bits restore the order.
 */

/** Elements of 2 bytes except the last few; planes are `stride` bytes apart. */
function shuffle2(source: usize, target: usize, stride: usize, count: usize): void {
  const end = count & ~15;
  for (let i: usize = 0; i < end; i += 16) {
    let a0 = v128.load(source + 2 * i);
    let a1 = v128.load(source + 2 * i, 16);
    let b0 = low(a0, a1);
    let b1 = high(a0, a1);
    a0 = low(b0, b1);
    a1 = high(b0, b1);
    b0 = low(a0, a1);
    b1 = high(a0, a1);
    a0 = low(b0, b1);
    a1 = high(b0, b1);
    v128.store(target + i, a0);
    v128.store(target + i + stride, a1);
  }
}

/** Inverts {@link shuffle2}. */
function unshuffle2(source: usize, target: usize, stride: usize, count: usize): void {
  const end = count & ~15;
  for (let i: usize = 0; i < end; i += 16) {
    let a0 = v128.load(source + i);
    let a1 = v128.load(source + i + stride);
    let b0 = low(a0, a1);
    let b1 = high(a0, a1);
    v128.store(target + 2 * i, b0);
    v128.store(target + 2 * i, b1, 16);
  }
}

/** Elements of 4 bytes except the last few; planes are `stride` bytes apart. */
function shuffle4(source: usize, target: usize, stride: usize, count: usize): void {
  const end = count & ~15;
  for (let i: usize = 0; i < end; i += 16) {
    let a0 = v128.load(source + 4 * i);
    let a1 = v128.load(source + 4 * i, 16);
    let a2 = v128.load(source + 4 * i, 32);
    let a3 = v128.load(source + 4 * i, 48);
    let b0 = low(a0, a2);
    let b1 = high(a0, a2);
    let b2 = low(a1, a3);
    let b3 = high(a1, a3);
    a0 = low(b0, b2);
    a1 = high(b0, b2);
    a2 = low(b1, b3);
    a3 = high(b1, b3);
    b0 = low(a0, a2);
    b1 = high(a0, a2);
    b2 = low(a1, a3);
    b3 = high(a1, a3);
    a0 = low(b0, b2);
    a1 = high(b0, b2);
    a2 = low(b1, b3);
    a3 = high(b1, b3);
    v128.store(target + i, a0);
    v128.store(target + i + stride, a1);
    v128.store(target + i + 2 * stride, a2);
    v128.store(target + i + 3 * stride, a3);
  }
}

/** Inverts {@link shuffle4}. */
function unshuffle4(source: usize, target: usize, stride: usize, count: usize): void {
  const end = count & ~15;
  for (let i: usize = 0; i < end; i += 16) {
    let a0 = v128.load(source + i);
    let a1 = v128.load(source + i + stride);
    let a2 = v128.load(source + i + 2 * stride);
    let a3 = v128.load(source + i + 3 * stride);
    let b0 = low(a0, a2);
    let b1 = high(a0, a2);
    let b2 = low(a1, a3);
    let b3 = high(a1, a3);
    a0 = low(b0, b2);
    a1 = high(b0, b2);
    a2 = low(b1, b3);
    a3 = high(b1, b3);
    v128.store(target + 4 * i, a0);
    v128.store(target + 4 * i, a1, 16);
    v128.store(target + 4 * i, a2, 32);
    v128.store(target + 4 * i, a3, 48);
  }
}

/** Elements of 8 bytes except the last few; planes are `stride` bytes apart. */
function shuffle8(source: usize, target: usize, stride: usize, count: usize): void {
  const end = count & ~15;
  for (let i: usize = 0; i < end; i += 16) {
    let a0 = v128.load(source + 8 * i);
    let a1 = v128.load(source + 8 * i, 16);
    let a2 = v128.load(source + 8 * i, 32);
    let a3 = v128.load(source + 8 * i, 48);
    let a4 = v128.load(source + 8 * i, 64);
    let a5 = v128.load(source + 8 * i, 80);
    let a6 = v128.load(source + 8 * i, 96);
    let a7 = v128.load(source + 8 * i, 112);
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
    v128.store(target + i, a0);
    v128.store(target + i + stride, a1);
    v128.store(target + i + 2 * stride, a2);
    v128.store(target + i + 3 * stride, a3);
    v128.store(target + i + 4 * stride, a4);
    v128.store(target + i + 5 * stride, a5);
    v128.store(target + i + 6 * stride, a6);
    v128.store(target + i + 7 * stride, a7);
  }
}

/** Inverts {@link shuffle8}. */
function unshuffle8(source: usize, target: usize, stride: usize, count: usize): void {
  const end = count & ~15;
  for (let i: usize = 0; i < end; i += 16) {
    let a0 = v128.load(source + i);
    let a1 = v128.load(source + i + stride);
    let a2 = v128.load(source + i + 2 * stride);
    let a3 = v128.load(source + i + 3 * stride);
    let a4 = v128.load(source + i + 4 * stride);
    let a5 = v128.load(source + i + 5 * stride);
    let a6 = v128.load(source + i + 6 * stride);
    let a7 = v128.load(source + i + 7 * stride);
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
    v128.store(target + 8 * i, b0);
    v128.store(target + 8 * i, b1, 16);
    v128.store(target + 8 * i, b2, 32);
    v128.store(target + 8 * i, b3, 48);
    v128.store(target + 8 * i, b4, 64);
    v128.store(target + 8 * i, b5, 80);
    v128.store(target + 8 * i, b6, 96);
    v128.store(target + 8 * i, b7, 112);
  }
}

/** The elements from `from` on, byte by byte. */
function shuffleRest(source: usize, target: usize, stride: usize, count: usize, typesize: usize, from: usize): void {
  for (let plane: usize = 0; plane < typesize; plane++) {
    let s = source + from * typesize + plane;
    const end = target + plane * stride + count;
    for (let t = target + plane * stride + from; t < end; t++, s += typesize) store<u8>(t, load<u8>(s));
  }
}

/** Inverts {@link shuffleRest}. */
function unshuffleRest(source: usize, target: usize, stride: usize, count: usize, typesize: usize, from: usize): void {
  for (let plane: usize = 0; plane < typesize; plane++) {
    let t = target + from * typesize + plane;
    const end = source + plane * stride + count;
    for (let s = source + plane * stride + from; s < end; s++, t += typesize) store<u8>(t, load<u8>(s));
  }
}

/**
 * Shuffles `count` elements at `source`: byte `b` of them goes to `target + b * stride` and on. With a stride above
 * `count`, a block can be shuffled piece by piece. The ranges do not overlap.
 */
export function shuffle(source: usize, target: usize, stride: usize, count: usize, typesize: usize): void {
  let done: usize = count & ~15;
  if (typesize == 8) shuffle8(source, target, stride, count);
  else if (typesize == 4) shuffle4(source, target, stride, count);
  else if (typesize == 2) shuffle2(source, target, stride, count);
  else done = 0;
  shuffleRest(source, target, stride, count, typesize, done);
}

/** Inverts {@link shuffle}: the planes at `source`, `stride` apart, become `count` elements at `target`. */
export function unshuffle(source: usize, target: usize, stride: usize, count: usize, typesize: usize): void {
  let done: usize = count & ~15;
  if (typesize == 8) unshuffle8(source, target, stride, count);
  else if (typesize == 4) unshuffle4(source, target, stride, count);
  else if (typesize == 2) unshuffle2(source, target, stride, count);
  else done = 0;
  unshuffleRest(source, target, stride, count, typesize, done);
}
