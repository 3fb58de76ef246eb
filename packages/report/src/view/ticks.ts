/** The nearest of 1, 2 and 5 times a power of ten that is not below `step`. */
function niceStep(step: number): number {
  const power = 10 ** Math.floor(Math.log10(step));
  const rest = step / power;
  return (rest <= 1 ? 1 : rest <= 2 ? 2 : rest <= 5 ? 5 : 10) * power;
}

/** Ticks of a linear axis. */
export function linearTicks(low: number, high: number, most: number): number[] {
  if (!(high > low) || !Number.isFinite(high - low)) return Number.isFinite(low) ? [low] : [];
  const step = niceStep((high - low) / Math.max(1, most));
  const ticks: number[] = [];
  const first = Math.ceil(low / step);
  // Bounded, in case that a step is lost in the size of the values.
  for (let i = 0; i <= 2 * most + 2; i++) {
    const tick = (first + i) * step;
    if (tick > high) break;
    ticks.push(tick);
  }
  return ticks;
}

/** Decimals that show ticks apart, at least `least`. `unit` is what a label counts in: 0.01 for per cent. */
export function tickDigits(ticks: readonly number[], least: number, unit = 1): number {
  const [first = 0, second = first] = ticks;
  const step = Math.abs(second - first) / unit;
  return step > 0 && Number.isFinite(step) ? Math.min(12, Math.max(least, Math.ceil(-Math.log10(step) - 1e-9))) : least;
}

/** Ticks of a logarithmic axis: 1, 2 and 5 times powers of ten, or linear ones over less than a factor of 4. */
export function logTicks(low: number, high: number, most: number): number[] {
  if (!(low > 0) || !Number.isFinite(high) || high / low < 4) return linearTicks(low, high, most);
  const from = Math.floor(Math.log10(low));
  const to = Math.ceil(Math.log10(high));
  const skip = Math.max(1, Math.ceil((to - from) / most));
  const factors = to - from > most / 2 ? [1] : [1, 2, 5];
  const ticks: number[] = [];
  for (let power = from; power <= to; power += skip)
    for (const factor of factors) {
      const tick = factor * 10 ** power;
      if (tick >= low && tick <= high) ticks.push(tick);
    }
  return ticks;
}
