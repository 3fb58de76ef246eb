/** Random numbers that follow from a seed: mulberry32. */
export function generator(seed) {
  let state = seed >>> 0;
  const next = () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let t = Math.imul(state ^ (state >>> 15), 1 | state);
    t = (t + Math.imul(t ^ (t >>> 7), 61 | t)) ^ t;
    return (t ^ (t >>> 14)) >>> 0;
  };
  /** A whole number from 0 to `end`, exclusive. */
  const below = (end) => (end <= 0 ? 0 : next() % end);
  return { next, below, pick: (list) => list[below(list.length)] };
}
