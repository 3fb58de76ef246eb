/** A generator of random numbers, the same on every machine: xoshiro128** 1.1 of Blackman and Vigna (2021). */
export interface RandomNumbers {
  /** An integer from 0, inclusive, to `below`, exclusive, which is from 1 to 2^32. All are equally likely. */
  integer(below: number): number;
  /** A number from 0, inclusive, to 1, exclusive, of 53 random bits. */
  real(): number;
  /**
   * Draws like {@link RandomNumbers.real} until a number is below `bound`, from 0 to 1, but at most `most` numbers.
   * Returns how many were drawn before that one: `most` if none was below.
   */
  realsUntil(bound: number, most: number): number;
  /** Writes the state, four integers of 32 bits, from index `at` on. */
  save(into: Int32Array, at: number): void;
  /** Continues from a state that {@link RandomNumbers.save} wrote. */
  restore(from: Int32Array, at: number): void;
}

const mask = (1n << 64n) - 1n;

/** The first two outputs of SplitMix64 (Steele, Lea and Flood 2014). */
function seedWords(seed: number): readonly [bigint, bigint] {
  let state = BigInt(seed);
  const next = (): bigint => {
    state = (state + 0x9e3779b97f4a7c15n) & mask;
    let z = state;
    z = ((z ^ (z >> 30n)) * 0xbf58476d1ce4e5b9n) & mask;
    z = ((z ^ (z >> 27n)) * 0x94d049bb133111ebn) & mask;
    return z ^ (z >> 31n);
  };
  return [next(), next()];
}

function rotated(word: number, bits: number): number {
  return (word << bits) | (word >>> (32 - bits));
}

/** Creates a generator from a seed, an integer from 0 to 2^53 - 1. */
export function createRandomNumbers(seed: number): RandomNumbers {
  const [a, b] = seedWords(seed);
  let s0 = Number(a & 0xffff_ffffn) | 0;
  let s1 = Number(a >> 32n) | 0;
  let s2 = Number(b & 0xffff_ffffn) | 0;
  let s3 = Number(b >> 32n) | 0;

  /** The next 32 bits. */
  function draw(): number {
    const result = Math.imul(rotated(Math.imul(s1, 5), 7), 9) >>> 0;
    const t = s1 << 9;
    s2 ^= s0;
    s3 ^= s1;
    s1 ^= s2;
    s0 ^= s3;
    s2 ^= t;
    s3 = rotated(s3, 11);
    return result;
  }

  return {
    integer(below) {
      let value = draw();
      // Values from the last, incomplete run of `below` would make some results more likely. Most values are before any
      // such run, and need no second division.
      if (value >= 2 ** 32 - below) {
        const bound = 2 ** 32 - (2 ** 32 % below);
        while (value >= bound) value = draw();
      }
      return value % below;
    },
    real() {
      const high = draw() >>> 5;
      const low = draw() >>> 6;
      return (high * 2 ** 26 + low) / 2 ** 53;
    },
    realsUntil(bound, most) {
      // `draw`, twice per turn, with the state in locals: most of the time of a bootstrap was in these numbers.
      // Whether a number is below the bound depends on its upper 27 bits, unless they are those of the bound.
      const units = Math.ceil(bound * 2 ** 53);
      const highUnits = Math.floor(units / 2 ** 26);
      const lowUnits = units - highUnits * 2 ** 26;
      let [w0, w1, w2, w3] = [s0, s1, s2, s3];
      let count = 0;
      for (; count < most; count++) {
        const high = Math.imul(rotated(Math.imul(w1, 5), 7), 9) >>> 5;
        let t = w1 << 9;
        w2 ^= w0;
        w3 ^= w1;
        w1 ^= w2;
        w0 ^= w3;
        w2 ^= t;
        w3 = rotated(w3, 11);
        const other = w1;
        t = w1 << 9;
        w2 ^= w0;
        w3 ^= w1;
        w1 ^= w2;
        w0 ^= w3;
        w2 ^= t;
        w3 = rotated(w3, 11);
        if (high > highUnits) continue;
        if (high < highUnits || Math.imul(rotated(Math.imul(other, 5), 7), 9) >>> 6 < lowUnits) break;
      }
      s0 = w0;
      s1 = w1;
      s2 = w2;
      s3 = w3;
      return count;
    },
    save(into, at) {
      into[at] = s0;
      into[at + 1] = s1;
      into[at + 2] = s2;
      into[at + 3] = s3;
    },
    restore(from, at) {
      s0 = from[at];
      s1 = from[at + 1];
      s2 = from[at + 2];
      s3 = from[at + 3];
    },
  };
}
