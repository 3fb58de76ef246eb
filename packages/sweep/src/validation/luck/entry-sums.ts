import { levelsOf } from "../base/quantile-levels.ts";
import type { EntryPrices } from "./entry-points.ts";
import type { HeldTrades } from "./held-trades.ts";
import { addTrades, createTradeSums } from "./trade-sums.ts";

/** Whether the same trades, entered at random, would have done as well. */
export interface RandomEntries {
  /** Number of samples that were drawn. */
  readonly samples: number;
  /** Seed of their random numbers. */
  readonly seed: number;
  /** The number of trades, open ones too, and the points that they hold. */
  readonly trades: number;
  /** Points that the trades hold. */
  readonly barsHeld: number;
  /** The factor of the samples' variance by which symbols that move and trade together spread wider. */
  readonly jointSpread: number;
  /** The mean over symbols of what their trades compound to: the statistic of the test. */
  readonly totalReturn: number;
  /** The sum of the trades' returns / points held; undefined if none are held. */
  readonly returnPerBar: number | undefined;
  /** The share of samples, this backtest among them, that are as good or better. */
  readonly p: number;
  /** The share of samples that are worse. */
  readonly percentile: number;
  /** The mean of the samples' total returns. */
  readonly mean: number;
  /** The quantiles of the samples' total returns at 0.05, 0.25, 0.5, 0.75 and 0.95. */
  readonly quantiles: readonly number[] | undefined;
  /** The mean of the samples' returns per bar. */
  readonly meanPerBar: number | undefined;
  /** The total return of each sample, from which the quantiles are. */
  readonly returns: Float64Array;
}

/** Collects what trades come to, those of the symbols in order. */
export interface EntrySums {
  /** Adds a symbol's trades as they were. */
  addActual(prices: EntryPrices, trades: HeldTrades): void;
  /** Adds what a symbol's trades come to in a sample: see `TradeSums`. */
  addSample(sample: number, growth: number, gain: number): void;
  /** Compares all samples with the actual trades; `spread` is the factor of the samples' variance. */
  result(seed: number, spread: number): RandomEntries;
}

/** Creates sums of all symbols, those without trades too. Undefined if no trade is closed. */
export function createEntrySums(symbols: readonly HeldTrades[], samples: number): EntrySums | undefined {
  if (!symbols.some(({ closed }) => closed > 0)) return undefined;
  const held = symbols.reduce((sum, trades) => sum + trades.held, 0);
  const untraded = symbols.filter(({ count }) => count === 0).length;
  const growths = new Float64Array(samples).fill(untraded);
  const gains = new Float64Array(samples);
  const actual = createTradeSums();
  const one = createTradeSums();
  const perBar = (sum: number): number | undefined => (held > 0 ? sum / held : undefined);
  return {
    addActual(prices, trades) {
      const order = Int32Array.from(trades.entries.keys());
      addTrades(prices, trades, { entries: trades.entries, order }, one);
      actual.growth += one.growth;
      actual.gain += one.gain;
    },
    addSample(sample, growth, gain) {
      growths[sample] += growth;
      gains[sample] += gain;
    },
    result(seed, spread) {
      const totals = growths.map((growth) => growth / symbols.length - 1);
      const totalReturn = actual.growth / symbols.length - 1;
      let [sumOfTotals, sumOfGains] = [0, 0];
      for (let sample = 0; sample < samples; sample++) {
        sumOfTotals += totals[sample];
        sumOfGains += gains[sample];
      }
      const mean = sumOfTotals / samples;
      const widening = Math.sqrt(spread);
      // Around a mean that is too large for a number, every difference would be lost, and any run would pass.
      const isWider = spread !== 1 && Number.isFinite(mean);
      // Rounding decides nothing: placements of the same trades in another order come to the same.
      const least = (1 + totalReturn) * (1 - 1e-9);
      let asGood = 0;
      for (let sample = 0; sample < samples; sample++) {
        if (isWider) totals[sample] = mean + widening * (totals[sample] - mean);
        if (1 + totals[sample] >= least) asGood++;
      }
      return {
        samples,
        seed,
        trades: symbols.reduce((sum, { count }) => sum + count, 0),
        barsHeld: held,
        jointSpread: spread,
        totalReturn,
        returnPerBar: perBar(actual.gain),
        p: (1 + asGood) / (1 + samples),
        percentile: 1 - asGood / samples,
        mean,
        quantiles: levelsOf(totals),
        meanPerBar: perBar(sumOfGains / samples),
        returns: totals,
      };
    },
  };
}
