import type { RandomNumbers } from "../../sample/random-numbers.ts";

/** Draws numbers without repetition into `chosen`, sorted. It allocates nothing after the first use. */
export interface NumberChoice {
  readonly chosen: Float64Array;
  /** Chooses among 0 to `count - 1`; `count` is at least the length of `chosen`, and at most 2^32. */
  draw(random: RandomNumbers, count: number): void;
}

/** Numbers that are taken, by number modulo the slots; at most half of the slots are in use. */
interface TakenNumbers {
  clear(): void;
  /** Adds a number, unless it is there already. */
  add(number: number): boolean;
}

function createTakenNumbers(size: number): TakenNumbers {
  const slots = 2 ** Math.ceil(Math.log2(2 * size + 2));
  const taken = new Float64Array(slots);
  return {
    clear: () => void taken.fill(-1),
    add(number) {
      let slot = number % slots;
      while (taken[slot] !== -1) {
        if (taken[slot] === number) return false;
        slot = (slot + 1) % slots;
      }
      taken[slot] = number;
      return true;
    },
  };
}

/** Bits per word of a bit set. */
const wordBits = 32;
/** Words of a bit set per chosen number up to which it is read faster than the chosen numbers are sorted. */
const mostWords = 16;

/** Creates a choice of `size` numbers by the algorithm of Bentley and Floyd (1987). */
export function createNumberChoice(size: number): NumberChoice {
  const chosen = new Float64Array(size);
  let bits = new Int32Array(0);
  let taken: TakenNumbers | undefined;

  function drawSparse(random: RandomNumbers, count: number): void {
    taken ??= createTakenNumbers(size);
    taken.clear();
    for (let place = 0; place < size; place++) {
      const last = count - size + place;
      const number = random.integer(last + 1);
      if (taken.add(number)) chosen[place] = number;
      else {
        taken.add(last);
        chosen[place] = last;
      }
    }
    chosen.sort();
  }

  function drawDense(random: RandomNumbers, count: number): void {
    const words = Math.ceil(count / wordBits);
    if (bits.length < words) bits = new Int32Array(words);
    for (let place = 0; place < size; place++) {
      const last = count - size + place;
      const number = random.integer(last + 1);
      const bit = 1 << number;
      const isTaken = (bits[number >>> 5] & bit) !== 0;
      if (isTaken) bits[last >>> 5] |= 1 << last;
      else bits[number >>> 5] |= bit;
    }
    let place = 0;
    for (let word = 0; word < words; word++) {
      let rest = bits[word];
      if (rest === 0) continue;
      bits[word] = 0;
      for (; rest !== 0; rest &= rest - 1) chosen[place++] = wordBits * word + 31 - Math.clz32(rest & -rest);
    }
  }

  return {
    chosen,
    draw(random, count) {
      if (count / wordBits <= mostWords * size) drawDense(random, count);
      else drawSparse(random, count);
    },
  };
}
