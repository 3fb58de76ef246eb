const msPerYear = 365.25 * 86_400_000;

/** Yearly volatility at bar u (section 6); undefined if it is unknown. */
export function volatilityAt(
  bars: readonly { readonly close: number; readonly time: number }[],
  u: number,
  lookback: number,
): number | undefined {
  if (u < lookback) return undefined;
  const window = bars.slice(u - lookback, u + 1);
  const returns = window.slice(1).map(({ close }, i) => close / (window[i] as { close: number }).close - 1);
  const years = ((window.at(-1) as { time: number }).time - (window[0] as { time: number }).time) / msPerYear;
  if (years <= 0) return undefined;
  const mean = returns.reduce((sum, value) => sum + value, 0) / lookback;
  const squares = returns.reduce((sum, value) => sum + (value - mean) * (value - mean), 0);
  const vol = Math.sqrt(squares / (lookback - 1)) * Math.sqrt(lookback / years);
  return vol > 1e-6 && Number.isFinite(vol) ? vol : undefined;
}
