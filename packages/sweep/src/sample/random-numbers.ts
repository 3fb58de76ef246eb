/** A generator of random numbers, the same on every machine: xoshiro128** 1.1 of Blackman and Vigna (2021). */
export interface RandomNumbers {
  /** An integer from 0, inclusive, to `below`, exclusive, which is from 1 to 2^32. All are equally likely. */
  integer(below: number): number;
  /** A number from 0, inclusive, to 1, exclusive, of 53 random bits. */
  real(): number;
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
      // Values from the last, incomplete run of `below` would make some results more likely.
      const bound = 2 ** 32 - (2 ** 32 % below);
      let value = draw();
      while (value >= bound) value = draw();
      return value % below;
    },
    real() {
      const high = draw() >>> 5;
      const low = draw() >>> 6;
      return (high * 2 ** 26 + low) / 2 ** 53;
    },
  };
}
