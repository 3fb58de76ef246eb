/** The ends of an axis of values with room above and below; of a logarithmic one if `isLog`. */
export function axisRange(low: number, high: number, isLog: boolean): [number, number] {
  if (!(high >= low) || !Number.isFinite(high - low)) return isLog ? [1, 10] : [0, 1];
  if (isLog) {
    // Nothing at 0 or below has a place on a logarithmic axis.
    const least = low > 0 ? low : high / 10;
    if (!(least > 0)) return [1, 10];
    const factor = high > least ? (high / least) ** 0.04 : 1.01;
    return [least / factor, high * factor];
  }
  const room = high > low ? 0.04 * (high - low) : Math.abs(high) * 0.01 || 1;
  return [low - room, high + room];
}
