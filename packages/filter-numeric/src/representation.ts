import type { Representation } from "./plan.ts";
import type { Workspace } from "./workspace.ts";

/**
 * Turns the elements at `from` (bits, widened) to the integers of a representation at `to`. Returns how many have none, with their indices in the
 * workspace; undefined where the representation does not hold at all.
 */
export function represent(
  { kernel, bytes, indices }: Workspace,
  representation: Representation,
  from: number,
  to: number,
  count: number,
  size: number,
): number | undefined {
  if (representation.kind === "decimals") {
    const { digits, divisor } = representation;
    return kernel.toDecimal(from, to, count, 10 ** digits, divisor, size === 4 ? 1 : 0, indices);
  }
  if (representation.kind === "integers" && representation.divisor > 1)
    return kernel.divide(from, to, count, representation.divisor) === 1 ? 0 : undefined;
  bytes.copyWithin(to, from, from + 8 * count);
  if (representation.kind === "floats") kernel.orderFloats(to, count, size);
  return 0;
}

/** Inverts {@link represent} in place, but for the exceptions. */
export function restore(
  { kernel }: Workspace,
  representation: Representation,
  values: number,
  count: number,
  size: number,
): void {
  if (representation.kind === "decimals") {
    const { digits, divisor } = representation;
    kernel.fromDecimal(values, count, 10 ** digits, divisor, size === 4 ? 1 : 0);
  } else if (representation.kind === "floats") kernel.orderFloats(values, count, size);
  else if (representation.divisor > 1) kernel.multiply(values, count, representation.divisor);
}
