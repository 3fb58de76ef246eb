/** What is known of a sweep's winner; undefined if there is too little data for it. */
export interface SweepEvidence {
  /** The winner's deflated Sharpe ratio, by all configurations that were evaluated. */
  readonly deflatedSharpe: number | undefined;
  /** The probability of backtest overfitting. */
  readonly pbo: number | undefined;
}

/** The bounds of {@link sweepVerdict}. */
export const verdictBounds: { readonly deflatedSharpe: number; readonly pbo: number } = {
  deflatedSharpe: 0.95,
  pbo: 0.4,
};

/**
 * Whether a sweep's winner is more than luck: it survives if its deflated Sharpe ratio is at least 0.95 and the
 * probability of backtest overfitting at most 0.4. `unknown` if either is undefined.
 */
export function sweepVerdict({ deflatedSharpe, pbo }: SweepEvidence): "survives" | "luck" | "unknown" {
  if (deflatedSharpe === undefined || pbo === undefined) return "unknown";
  return deflatedSharpe >= verdictBounds.deflatedSharpe && pbo <= verdictBounds.pbo ? "survives" : "luck";
}
