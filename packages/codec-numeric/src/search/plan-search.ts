import type { Workspace } from "../kernel/workspace.ts";
import { type Arrangement, arrangementKinds, type Plan, type Representation } from "../plan/plan.ts";
import { represent } from "../plan/representation.ts";
import { estimateBits } from "../stream/integer-stream.ts";
import { arrangements } from "./arrangement-search.ts";
import { representationsOf } from "./representation-search.ts";
import { copyPieces, makeUnsigned, type Piece, samplePieces } from "./sample.ts";

/** A plan, and the bits that an element takes under it, about. */
export interface Estimate {
  readonly plan: Plan;
  readonly bits: number;
}

/** What is not to be tried. */
export interface SearchOptions {
  /** Whether integers may be divided; true where absent. */
  readonly divisors?: boolean;
  /** The arrangements; all where absent. */
  readonly kinds?: readonly Arrangement["kind"][];
}

/** The bits of a piece's corrections; none where the representation does not hold. */
function correctionBits(space: Workspace, corrected: number | undefined, count: number, share: number): number {
  if (corrected === undefined) return Number.POSITIVE_INFINITY;
  if (corrected === 0) return 0;
  const piece = { at: space.corrections, count };
  makeUnsigned(space, [piece]);
  return estimateBits(space, [piece], share);
}

/** A sample whose integers of a representation stand in pieces, and the bits that its corrections take. */
interface RepresentedSample {
  readonly pieces: readonly Piece[];
  readonly bits: number;
}

function representSample(
  space: Workspace,
  representation: Representation,
  sampled: readonly Piece[],
  to: number,
  size: number,
  blockShare: number,
): RepresentedSample {
  let end = to;
  let bits = 0;
  const pieces = sampled.map(({ at, count }) => {
    const corrected = represent(space, representation, at, end, count, size);
    bits += correctionBits(space, corrected, count, blockShare / sampled.length);
    end += 8 * count;
    return { at: end - 8 * count, count };
  });
  return { pieces, bits };
}

/**
 * The plan under which the `count` elements of `size` bytes, widened at `values`, take the fewest bits, as far as a sample tells; without divisors of
 * integers where those of a sample did not hold for all.
 */
export function choosePlan(
  space: Workspace,
  count: number,
  size: number,
  { divisors = true, kinds = arrangementKinds }: SearchOptions = {},
): Estimate {
  const sampled = copyPieces(space, samplePieces(space.values, count), space.source);
  const elements = sampled.reduce((sum, piece) => sum + piece.count, 0);
  const blockShare = elements / count;
  let best: Estimate | undefined;
  for (const representation of representationsOf(space, sampled, size)) {
    if (!divisors && representation.kind === "integers" && representation.divisor > 1) continue;
    const to = space.source + 8 * elements;
    const represented = representSample(space, representation, sampled, to, size, blockShare);
    if (represented.bits / elements >= (best?.bits ?? 8 * size)) continue;
    const isExact = representation.kind === "fractions" && represented.bits === 0;
    for (const { arrangement, bits } of arrangements(space, represented.pieces, blockShare)) {
      if (!kinds.includes(arrangement.kind)) continue;
      const perElement = (bits + represented.bits) / elements;
      if (best === undefined || perElement < best.bits)
        best = { plan: { representation, arrangement }, bits: perElement };
    }
    // As integers, the bits of what is decimal take more.
    if (isExact) break;
  }
  return best as Estimate;
}
