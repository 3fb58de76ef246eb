/** A number from 0, inclusive, to 1, exclusive, that depends on all bits of its seeds. */
export function noiseOf(seed: number, step: number, salt: number): number {
  let h = Math.imul(seed ^ 0x9e3779b9, 0x85ebca6b) ^ step ^ Math.imul(salt, 0xc2b2ae35);
  h = Math.imul(h ^ (h >>> 16), 0x85ebca6b);
  h = Math.imul(h ^ (h >>> 13), 0xc2b2ae35);
  return ((h ^ (h >>> 16)) >>> 0) / 2 ** 32;
}

/** A seed that depends on a text. */
export function seedOf(text: string): number {
  let seed = 7;
  for (const letter of text) seed = Math.imul(seed, 31) + (letter.codePointAt(0) ?? 0);
  return seed;
}
