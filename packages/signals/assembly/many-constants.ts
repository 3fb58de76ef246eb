/** What both layers of many configurations share. */

/**
 * Constants as vectors in memory: the floor and the cap of equities, 100, 1.5 x 2^52, which rounds what it is added to, 1 and -1. V8 makes a
 * constant anew at each use in a loop; what was loaded ahead of it stays in a register.
 */
export const constants: usize = memory.data<f64>([0.25, 0.25, 1e300, 1e300, 100, 100, 6755399441055744, 6755399441055744, 1, 1, -1, -1], 16);
/** Bytes of the codes of one bar: one for each of nine averages, 0, 32 or 64 for a vote of -1, 0 or +1, and seven that are not used. */
export const codeStride: usize = 16;
/** Bytes of the factors of one bar: two vectors, for two pairs, for each vote of -1, 0 and +1. */
export const factorStride: usize = 96;
/** -1, 0 and +1 in both lanes, which a code leads to. */
export const signs: usize = memory.data<f64>([-1, -1, 0, 0, 0, 0, 0, 0, 1, 1], 16);

@inline
export function hold(equity: v128, floor: v128, cap: v128, calm: bool): v128 {
  // In this order NaN, which a growth that overflowed brings, becomes the floor.
  const held = f64x2.pmax(floor, equity);
  return calm ? held : f64x2.pmin(held, cap);
}
