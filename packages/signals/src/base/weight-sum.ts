/**
 * The sum of the weights 1 to `length`. Averages multiply by its inverse, because a division per bar would cost more
 * than all their additions.
 */
export function weightSum(length: number): number {
  return (length * (length + 1)) / 2;
}
