/** The kinds of block by their number: bytes as they are, bytes by deflate, numbers. */
export const blockKinds = ["stored", "deflated", "numbers"] as const;

/** A kind of block. */
export type BlockKind = (typeof blockKinds)[number];

/** An encoded block. */
export interface EncodedBlock {
  readonly kind: BlockKind;
  readonly bytes: Uint8Array;
}

/** The fewest bytes of a block of numbers, and the most that one byte of deflate stands for. */
const shortestNumbers = 8;
const largestExpansion = 1032;

/** Whether `encoded` bytes can stand for a block of `length` at all, found before anything is allocated. The writer makes no other. */
export function isPlausible(kind: BlockKind, length: number, encoded: number): boolean {
  if (kind === "stored") return encoded === length;
  return kind === "deflated" ? length <= largestExpansion * encoded : encoded >= shortestNumbers;
}
