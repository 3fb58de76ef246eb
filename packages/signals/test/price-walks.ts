/** A seeded generator of numbers in [0, 1) (mulberry32). */
export function seededRandom(seed: number): () => number {
  let state = seed >>> 0;
  return () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 4_294_967_296;
  };
}

/** Closes of a geometric random walk from 100 with steps of up to 0.5 %. */
export function randomWalk(bars: number, seed = 1): Float64Array {
  const random = seededRandom(seed);
  const close = new Float64Array(bars);
  let price = 100;
  for (let bar = 0; bar < bars; bar++) {
    close[bar] = price;
    price *= 1 + (random() - 0.5) / 100;
  }
  return close;
}
