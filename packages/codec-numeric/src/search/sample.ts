import type { Workspace } from "../kernel/workspace.ts";

/** Elements per sampled piece of a block. */
const pieceLength = 512;
/** Positions of the pieces, as parts of the block: a curve may be flat for most of it. */
const places = [0.05, 0.35, 0.65, 0.95];

/** A piece of a block in the workspace. */
export interface Piece {
  readonly at: number;
  readonly count: number;
}

/** The sampled pieces of a block at `values`; a short block is one piece. */
export function samplePieces(values: number, count: number): readonly Piece[] {
  if (count <= places.length * pieceLength) return [{ at: values, count }];
  return places.map((place) => ({ at: values + 8 * Math.floor((count - pieceLength) * place), count: pieceLength }));
}

/** Copies pieces to `to`, one after the other. Returns the copies. */
export function copyPieces({ bytes }: Workspace, pieces: readonly Piece[], to: number): readonly Piece[] {
  let end = to;
  return pieces.map(({ at, count }) => {
    bytes.copyWithin(end, at, at + 8 * count);
    end += 8 * count;
    return { at: end - 8 * count, count };
  });
}

/** The integers of a piece, without a copy. */
export function integersOf({ integers }: Workspace, { at, count }: Piece): BigInt64Array {
  return integers.subarray(at / 8, at / 8 + count);
}

/** Zigzag-encodes the integers of all pieces if one is negative. */
export function makeUnsigned({ kernel }: Workspace, pieces: readonly Piece[]): void {
  if (pieces.every(({ at, count }) => kernel.isUnsigned(at, count) === 1)) return;
  for (const { at, count } of pieces) kernel.zigzag(at, count);
}
