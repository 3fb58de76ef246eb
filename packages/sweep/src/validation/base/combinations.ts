/** The number of choices of `chosen` out of `count`. Exact up to 2^53. */
export function countCombinations(count: number, chosen: number): number {
  let combinations = 1;
  for (let place = 1; place <= chosen; place++) combinations = (combinations * (count - chosen + place)) / place;
  return Math.round(combinations);
}

/** Moves an increasing list of numbers below `count` to the next one in lexicographic order; false after the last. */
export function nextCombination(chosen: Int32Array, count: number): boolean {
  let place = chosen.length - 1;
  while (place >= 0 && chosen[place] === count - chosen.length + place) place--;
  if (place < 0) return false;
  chosen[place]++;
  for (let after = place + 1; after < chosen.length; after++) chosen[after] = chosen[after - 1] + 1;
  return true;
}
