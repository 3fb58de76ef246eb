/** Groups up to this size are searched row by row; larger ones through a set. */
const searched = 16;

/** Finds rows that repeat an earlier row of their time. */
export interface IdenticalRows {
  /** Begins the rows of another time, with the first of them. */
  begin(low: number, high: number): void;
  /** Adds the next row of the same time. Returns whether an earlier one has the same hash. */
  repeats(low: number, high: number): boolean;
}

/**
 * A finder that compares hashes of two 32-bit words, see {@link mixWord}. It uses 53 bits: among 100,000 rows of one
 * time, the probability that it counts one row too many is below 1 in a million.
 */
export function createIdenticalRows(): IdenticalRows {
  const keys: number[] = [];
  let set: Set<number> | undefined;
  const keyOf = (low: number, high: number): number => (low >>> 0) * 2_097_152 + (high & 2_097_151);
  return {
    begin(low, high) {
      keys.length = 0;
      set = undefined;
      keys.push(keyOf(low, high));
    },
    repeats(low, high) {
      const key = keyOf(low, high);
      if (set !== undefined) {
        const size = set.size;
        return set.add(key).size === size;
      }
      if (keys.includes(key)) return true;
      keys.push(key);
      if (keys.length > searched) set = new Set(keys);
      return false;
    },
  };
}

/** Adds the low and high word of a value to a 32-bit hash. Hashes with different `seed` are independent. */
export function mixWord(hash: number, low: number, high: number, seed: number): number {
  let mixed = Math.imul(hash ^ low, 0x85eb_ca6b ^ seed);
  mixed = Math.imul(mixed ^ (mixed >>> 15) ^ high, 0xc2b2_ae35 ^ seed);
  return mixed ^ (mixed >>> 13);
}

/** The seed of the low word of a hash. Seeds are even, so that the factors of {@link mixWord} stay odd. */
export const lowSeed = 0;
/** The seed of the high word. */
export const highSeed = 0x2545_f490;
