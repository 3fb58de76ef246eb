import type { Workspace } from "../kernel/workspace.ts";
import type { Representation } from "./plan.ts";

/** Elements of a block as bits, widened to 8 bytes each, and the area for their integers. */
export interface WidenedElements {
  /** Offset of the bits. */
  readonly from: number;
  /** Offset of the integers. */
  readonly to: number;
  readonly count: number;
  /** Bytes of an element before it was widened. */
  readonly size: number;
}

/**
 * Converts elements to the integers of a representation, with the corrections in the workspace. Returns how many
 * corrections are not 0; undefined if the representation does not hold.
 */
export function represent(
  { kernel, bytes, corrections }: Workspace,
  representation: Representation,
  { from, to, count, size }: WidenedElements,
): number | undefined {
  if (representation.kind === "fractions") {
    const { scale, divisor } = representation;
    return kernel.toDecimal(from, to, count, scale, divisor, size === 4 ? 1 : 0, corrections);
  }
  if (representation.kind === "integers" && representation.divisor > 1)
    return kernel.divide(from, to, count, representation.divisor) === 1 ? 0 : undefined;
  bytes.copyWithin(to, from, from + 8 * count);
  if (representation.kind === "floats") kernel.orderFloats(to, count, size);
  return 0;
}

/** Inverts {@link represent} in place, without the corrections. */
export function restore(
  { kernel }: Workspace,
  representation: Representation,
  values: number,
  count: number,
  size: number,
): void {
  if (representation.kind === "fractions") {
    const { scale, divisor } = representation;
    kernel.fromDecimal(values, count, scale, divisor, size === 4 ? 1 : 0);
  } else if (representation.kind === "floats") kernel.orderFloats(values, count, size);
  else if (representation.divisor > 1) kernel.multiply(values, count, representation.divisor);
}
