/**
 * xxHash with 64 bits and seed 0; its low half is the checksum of a Zstandard frame.
 *
 * Format: https://github.com/Cyan4973/xxHash/blob/dev/doc/xxhash_spec.md
 */
import { add, highProduct, multiply, rotate, type Word64, word64, xor } from "./word64.ts";

/** The primes of the format, high and low half. */
const p1h = 0x9e3779b1 | 0;
const p1l = 0x85ebca87 | 0;
const p2h = 0xc2b2ae3d | 0;
const p2l = 0x27d4eb4f;
const p3h = 0x165667b1;
const p3l = 0x9e3779f9 | 0;
const p4h = 0x85ebca77 | 0;
const p4l = 0xc2b2ae63 | 0;
const p5h = 0x27d4eb2f;
const p5l = 0x165667c5;

/** One of the four lanes, over every fourth word from `start`. It keeps its state in locals for speed. */
function runLane(view: DataView, start: number, end: number, lane: Word64): void {
  let high = lane.high;
  let low = lane.low;
  for (let i = start; i < end; i += 32) {
    const wordLow = view.getInt32(i, true);
    const productLow = Math.imul(wordLow, p2l);
    const wordHigh = view.getInt32(i + 4, true);
    const productHigh = (highProduct(wordLow, p2l) + Math.imul(wordLow, p2h) + Math.imul(wordHigh, p2l)) | 0;
    const sumLow = (low + productLow) | 0;
    const sumHigh = (high + productHigh + (sumLow >>> 0 < productLow >>> 0 ? 1 : 0)) | 0;
    const turnedHigh = (sumHigh << 31) | (sumLow >>> 1);
    const turnedLow = (sumLow << 31) | (sumHigh >>> 1);
    high = (highProduct(turnedLow, p1l) + Math.imul(turnedLow, p1h) + Math.imul(turnedHigh, p1l)) | 0;
    low = Math.imul(turnedLow, p1l);
  }
  lane.high = high;
  lane.low = low;
}

/** Adds one word to a lane that is zero: the last steps do this for each lane and each remaining word. */
function mixed(high: number, low: number): Word64 {
  const word = word64(high, low);
  multiply(word, p2h, p2l);
  rotate(word, 31);
  multiply(word, p1h, p1l);
  return word;
}

function runStripes(view: DataView, end: number): Word64 {
  const first = word64(p1h, p1l);
  add(first, p2h, p2l);
  const fourth = word64(0, 0);
  add(fourth, ~p1h, (~p1l + 1) | 0);
  const lanes = [first, word64(p2h, p2l), word64(0, 0), fourth];
  const hash = word64(0, 0);
  lanes.forEach((lane, index) => {
    runLane(view, 8 * index, end, lane);
    const turned = word64(lane.high, lane.low);
    rotate(turned, [1, 7, 12, 18][index]);
    add(hash, turned.high, turned.low);
  });
  for (const lane of lanes) {
    const { high, low } = mixed(lane.high, lane.low);
    xor(hash, high, low);
    multiply(hash, p1h, p1l);
    add(hash, p4h, p4l);
  }
  return hash;
}

function runRest(view: DataView, start: number, hash: Word64): void {
  let i = start;
  for (; i + 8 <= view.byteLength; i += 8) {
    const { high, low } = mixed(view.getInt32(i + 4, true), view.getInt32(i, true));
    xor(hash, high, low);
    rotate(hash, 27);
    multiply(hash, p1h, p1l);
    add(hash, p4h, p4l);
  }
  if (i + 4 <= view.byteLength) {
    const word = word64(0, view.getInt32(i, true));
    multiply(word, p1h, p1l);
    xor(hash, word.high, word.low);
    rotate(hash, 23);
    multiply(hash, p2h, p2l);
    add(hash, p3h, p3l);
    i += 4;
  }
  for (; i < view.byteLength; i++) {
    const word = word64(0, view.getUint8(i));
    multiply(word, p5h, p5l);
    xor(hash, word.high, word.low);
    rotate(hash, 11);
    multiply(hash, p1h, p1l);
  }
}

/** The avalanche: shifts by 33, 29 and 32 to the right, each xored into the word. */
function avalanche(hash: Word64): void {
  xor(hash, 0, hash.high >>> 1);
  multiply(hash, p2h, p2l);
  xor(hash, hash.high >>> 29, (hash.low >>> 29) | (hash.high << 3));
  multiply(hash, p3h, p3l);
  xor(hash, 0, hash.high);
}

/** The low half of the hash of `bytes`, 0 to 2^32 - 1. */
export function xxhash64Low(bytes: Uint8Array): number {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.length);
  const whole = bytes.length - (bytes.length % 32);
  const hash = whole === 0 ? word64(p5h, p5l) : runStripes(view, whole);
  add(hash, 0, bytes.length | 0);
  runRest(view, whole, hash);
  avalanche(hash);
  return hash.low >>> 0;
}
