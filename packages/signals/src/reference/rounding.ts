/**
 * `x` rounded to 2 decimals as in numpy: 100 x to the nearest integer, ties to even, divided by 100. Never -0; NaN
 * stays NaN.
 */
export function roundHalfEven(x: number): number {
  // Adding 1.5 x 2^52 rounds to an integer, ties to even, like every addition. Exact for |x| < 2^44.
  const shift = 6_755_399_441_055_744;
  return (100 * x + shift - shift) / 100;
}

/**
 * `x` rounded to 2 decimals as in Pine: 100 x to the nearest integer, ties away from zero, divided by 100. Never -0;
 * NaN stays NaN.
 */
export function roundHalfAway(x: number): number {
  const scaled = 100 * x;
  return scaled < 0 ? (0 - Math.floor(0.5 - scaled)) / 100 : Math.floor(scaled + 0.5) / 100;
}
