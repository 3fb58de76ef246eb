import type { RandomNumbers } from "../../sample/random-numbers.ts";

/** Fills an array with 0 to its length - 1 in random order. */
export function shuffle(order: Int32Array, random: RandomNumbers): void {
  for (let place = 0; place < order.length; place++) order[place] = place;
  for (let place = order.length - 1; place >= 1; place--) {
    const other = random.integer(place + 1);
    const moved = order[place];
    order[place] = order[other];
    order[other] = moved;
  }
}
