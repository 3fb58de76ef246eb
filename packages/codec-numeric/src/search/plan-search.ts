import type { Workspace } from "../kernel/workspace.ts";
import { type Arrangement, arrangementKinds, type Plan, type Representation } from "../plan/plan.ts";
import { represent } from "../plan/representation.ts";
import { estimateBits } from "../stream/integer-stream.ts";
import { arrangements } from "./arrangement-search.ts";
import { representationsOf } from "./representation-search.ts";
import { copyPieces, makeUnsigned, type Piece, samplePieces } from "./sample.ts";

/** A plan and its estimated bits per element. */
export interface Estimate {
  readonly plan: Plan;
  readonly bits: number;
}

/** Limits of a search. */
export interface SearchOptions {
  /** Whether to try divisors of integers; default: true. */
  readonly divisors?: boolean;
  /** The arrangements to try; default: all. */
  readonly kinds?: readonly Arrangement["kind"][];
}

/** Estimated bits of the corrections of a piece; infinite if the representation does not hold. */
function correctionBits(space: Workspace, corrected: number | undefined, count: number, share: number): number {
  if (corrected === undefined) return Number.POSITIVE_INFINITY;
  if (corrected === 0) return 0;
  const piece = { at: space.corrections, count };
  makeUnsigned(space, [piece]);
  return estimateBits(space, [piece], share);
}

/** Elements of a block, from which the search estimates the whole. */
interface Sample {
  readonly pieces: readonly Piece[];
  /** Offset of the area for their integers. */
  readonly to: number;
  /** Bytes of an element. */
  readonly size: number;
  /** The sample's part of the block, 0 to 1. */
  readonly share: number;
}

/** The integers of a sample under a representation, and the bits of its corrections. */
interface RepresentedSample {
  readonly pieces: readonly Piece[];
  readonly bits: number;
}

function representSample(
  space: Workspace,
  representation: Representation,
  { pieces: sampled, to, size, share }: Sample,
): RepresentedSample {
  let end = to;
  let bits = 0;
  const pieces = sampled.map(({ at, count }) => {
    const corrected = represent(space, representation, { from: at, to: end, count, size });
    bits += correctionBits(space, corrected, count, share / sampled.length);
    end += 8 * count;
    return { at: end - 8 * count, count };
  });
  return { pieces, bits };
}

/**
 * The plan with the fewest bits for the `count` elements at `values`, widened from `size` bytes, as a sample suggests.
 * Set `divisors` to false if a divisor of the sample does not hold for the whole block.
 */
export function choosePlan(
  space: Workspace,
  count: number,
  size: number,
  { divisors = true, kinds = arrangementKinds }: SearchOptions = {},
): Estimate {
  const pieces = copyPieces(space, samplePieces(space.values, count), space.source);
  const elements = pieces.reduce((sum, piece) => sum + piece.count, 0);
  const share = elements / count;
  const sample: Sample = { pieces, to: space.source + 8 * elements, size, share };
  let best: Estimate | undefined;
  for (const representation of representationsOf(space, pieces, size)) {
    if (!divisors && representation.kind === "integers" && representation.divisor > 1) continue;
    const represented = representSample(space, representation, sample);
    if (represented.bits / elements >= (best?.bits ?? 8 * size)) continue;
    const isExact = representation.kind === "fractions" && represented.bits === 0;
    for (const { arrangement, bits } of arrangements(space, represented.pieces, share)) {
      if (!kinds.includes(arrangement.kind)) continue;
      const perElement = (bits + represented.bits) / elements;
      if (best === undefined || perElement < best.bits)
        best = { plan: { representation, arrangement }, bits: perElement };
    }
    // The bits of decimals take more space as integers.
    if (isExact) break;
  }
  return best as Estimate;
}
