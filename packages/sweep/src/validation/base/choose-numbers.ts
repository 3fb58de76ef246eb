import type { RandomNumbers } from "../../sample/random-numbers.ts";

/** Draws numbers without repetition into `chosen`, sorted. It allocates nothing per use. */
export interface NumberChoice {
  readonly chosen: Float64Array;
  /** Chooses among 0 to `count - 1`; `count` is at least the length of `chosen`, and at most 2^32. */
  draw(random: RandomNumbers, count: number): void;
}

/** Creates a choice of `size` numbers by the algorithm of Bentley and Floyd (1987). */
export function createNumberChoice(size: number): NumberChoice {
  const chosen = new Float64Array(size);
  // Open addressing, at most half full.
  const slots = 2 ** Math.ceil(Math.log2(2 * size + 2));
  const taken = new Float64Array(slots);

  /** Adds a number, unless it is there already. */
  function add(number: number): boolean {
    let slot = number % slots;
    while (taken[slot] !== -1) {
      if (taken[slot] === number) return false;
      slot = (slot + 1) % slots;
    }
    taken[slot] = number;
    return true;
  }

  return {
    chosen,
    draw(random, count) {
      taken.fill(-1);
      for (let place = 0; place < size; place++) {
        const last = count - size + place;
        const number = random.integer(last + 1);
        if (add(number)) chosen[place] = number;
        else {
          add(last);
          chosen[place] = last;
        }
      }
      chosen.sort();
    },
  };
}
