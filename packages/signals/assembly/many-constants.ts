/** Constants of both layers of many configurations. */

/**
 * Constants as vectors in memory: the floor and the cap of equities, 100, 1.5 x 2^52 for rounding, 1 and -1.
 *
 * V8 builds a constant again at each use in a loop. A value that is loaded before the loop stays in a register.
 */
export const constants: usize = memory.data<f64>([0.25, 0.25, 1e300, 1e300, 100, 100, 6755399441055744, 6755399441055744, 1, 1, -1, -1], 16);
/**
 * Bytes per bar of the codes: one for each of nine averages, 0, 32 or 64 for a vote of -1, 0 or +1, and seven unused.
 */
export const codeStride: usize = 16;
/** Bytes per bar of the factors: for each vote of -1, 0 and +1 two vectors, one per pair. */
export const factorStride: usize = 96;
/** -1, 0 and +1 in both lanes, indexed by code. */
export const signs: usize = memory.data<f64>([-1, -1, 0, 0, 0, 0, 0, 0, 1, 1], 16);

@inline
export function hold(equity: v128, floor: v128, cap: v128, capFree: bool): v128 {
  // In this order of operands, NaN, which an overflow of the growth causes, becomes the floor.
  const held = f64x2.pmax(floor, equity);
  return capFree ? held : f64x2.pmin(held, cap);
}
