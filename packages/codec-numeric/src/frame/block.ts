/** The kinds of block, indexed by their number: raw bytes, deflated bytes, numbers. */
export const blockKinds = ["stored", "deflated", "numbers"] as const;

export type BlockKind = (typeof blockKinds)[number];

export interface EncodedBlock {
  readonly kind: BlockKind;
  readonly bytes: Uint8Array;
}

/** The fewest bytes of a block of numbers, and deflate's largest expansion per byte. */
const shortestNumbers = 8;
const largestExpansion = 1032;

/**
 * Whether `encoded` bytes can decode to `length` bytes at all. Readers check it before they allocate; the writer writes
 * no other blocks.
 */
export function isPlausible(kind: BlockKind, length: number, encoded: number): boolean {
  if (kind === "stored") return encoded === length;
  return kind === "deflated" ? length <= largestExpansion * encoded : encoded >= shortestNumbers;
}
