import { normalCdf, normalInverse } from "@atc/backtest";
import { bestOf } from "../base/best-of.ts";
import { invalidInput, invalidSetting } from "../base/check-settings.ts";

/** The Sharpe ratios of a sweep. */
export interface HaircutOptions {
  /** Per configuration, per bar. */
  readonly sharpes: Float64Array;
  /** The number of bar returns of each configuration, 2 or more. */
  readonly rows: number;
  /** Above 0. */
  readonly barsPerYear: number;
}

/** What is left of the best Sharpe ratio after an adjustment for the number of configurations. */
export interface Haircut {
  /** The adjusted p-value, at most 1. */
  readonly pValue: number;
  /** The yearly Sharpe ratio with that p-value, at least 0. */
  readonly sharpe: number | undefined;
  /** 1 - adjusted / own Sharpe ratio; undefined if the latter is not above 0. */
  readonly haircut: number | undefined;
}

/** Haircuts of the best Sharpe ratio. */
export interface Haircuts {
  /** The configuration of the largest Sharpe ratio, the first of equals. */
  readonly best: number;
  /** Its yearly Sharpe ratio. */
  readonly sharpe: number;
  /** Its two-sided p-value, at most 1, without adjustment. */
  readonly pValue: number;
  /** Times the number of configurations. */
  readonly bonferroni: Haircut;
  /** Holm (1979). */
  readonly holm: Haircut;
  /** Benjamini and Yekutieli (2001). */
  readonly bhy: Haircut;
}

/** The smallest p-value adjusted by Benjamini and Yekutieli, from sorted p-values. */
function smallestByRate(sorted: Float64Array): number {
  const count = sorted.length;
  let harmonic = 0;
  for (let rank = 1; rank <= count; rank++) harmonic += 1 / rank;
  let least = 1;
  for (let rank = 1; rank <= count; rank++) least = Math.min(least, (count * harmonic * sorted[rank - 1]) / rank);
  return least;
}

/**
 * Haircuts of Sharpe ratios (Harvey and Liu 2015), with the sweep's own p-values of the normal distribution. It takes 8
 * bytes per configuration.
 *
 * @throws ATC_INVALID_ARGUMENT for no Sharpe ratios, or one that is not finite
 * @throws ATC_INVALID_CONFIG for rows or bars per year out of range
 */
export function haircuts({ sharpes, rows, barsPerYear }: HaircutOptions): Haircuts {
  const count = sharpes.length;
  if (count === 0) throw invalidInput("there are no Sharpe ratios; give one per configuration");
  const fault = sharpes.findIndex((sharpe) => !Number.isFinite(sharpe));
  if (fault !== -1)
    throw invalidInput(`the Sharpe ratio of configuration ${fault} is ${sharpes[fault]}; give a finite number`, {
      configuration: fault,
    });
  if (!(Number.isSafeInteger(rows) && rows >= 2))
    throw invalidSetting("rows", `rows is ${rows}; give an integer of 2 or more`);
  if (!(Number.isFinite(barsPerYear) && barsPerYear > 0))
    throw invalidSetting("barsPerYear", `barsPerYear is ${barsPerYear}; give a finite number above 0`);
  const best = bestOf(sharpes);
  const own = sharpes[best];
  // The lower tail, because the upper one has no digits left for large ratios.
  const sorted = sharpes.map((sharpe) => Math.min(1, 2 * normalCdf(-sharpe * Math.sqrt(rows)))).sort();
  const pValue = sorted[0];
  const yearly = Math.sqrt(barsPerYear);

  function haircutOf(adjusted: number): Haircut {
    const sharpe = Math.max(0, -normalInverse(adjusted / 2)) * Math.sqrt(barsPerYear / rows);
    const isKnown = Number.isFinite(sharpe);
    return {
      pValue: adjusted,
      sharpe: isKnown ? sharpe : undefined,
      haircut: isKnown && own > 0 ? 1 - sharpe / (own * yearly) : undefined,
    };
  }

  const byCount = haircutOf(Math.min(1, count * pValue));
  return {
    best,
    sharpe: own * yearly,
    pValue,
    bonferroni: byCount,
    // Holm multiplies the smallest p-value by the number of all, too.
    holm: byCount,
    bhy: haircutOf(smallestByRate(sorted)),
  };
}
