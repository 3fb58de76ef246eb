import { createRandomNumbers } from "../../sample/random-numbers.ts";
import { checkInteger, checkSampling } from "../base/check-settings.ts";
import { type EntryBars, type EntryFill, entryPoints } from "./entry-points.ts";
import { createEntrySums, type RandomEntries } from "./entry-sums.ts";
import { type EntryTrade, heldTrades } from "./held-trades.ts";
import { jointSpread } from "./joint-spread.ts";
import { createRandomPlacement } from "./random-placement.ts";
import { addTrades, createTradeSums } from "./trade-sums.ts";
import { checkCosts, type TradingCosts } from "./trading-costs.ts";

/** A symbol of a backtest. */
export interface EntrySymbol {
  /** The name, for messages. */
  readonly symbol: string;
  /** All bars, those before the first trade too. */
  readonly bars: EntryBars;
  /** All trades, open ones too, in any order. */
  readonly trades: readonly EntryTrade[];
}

/** How the trades of a backtest are moved. */
export interface EntrySettings {
  /** How entries and exits are filled, as in the backtest. */
  readonly fill: EntryFill;
  /** The costs of the backtest. */
  readonly costs: TradingCosts;
  /** Bars of each symbol before which nothing is entered, at most those before its first trade. Default: these. */
  readonly warmup?: number | undefined;
  /** Default: 1,000. */
  readonly samples?: number | undefined;
  /** From 0 to 2^53 - 1. Default: 1. */
  readonly seed?: number | undefined;
}

/** A backtest, and how its trades are moved. */
export interface RandomEntryOptions extends EntrySettings {
  /** All symbols of the backtest in its order, those without trades too. */
  readonly symbols: readonly EntrySymbol[];
}

/** Throws what {@link randomEntries} throws for its options. */
function checkEntryOptions({ costs, warmup, samples = 1000, seed = 1 }: EntrySettings): void {
  checkSampling(seed, samples);
  checkCosts(costs);
  if (warmup !== undefined) checkInteger("warmup", warmup, 0);
}

/**
 * Moves each symbol's trades, with their sides and the times that they are held, to random entries. Stops, fees per
 * trade, resizes and financing are left out of the actual trades and of the samples alike. Undefined if no trade is
 * closed. It takes 24 bytes per bar, about 50 per trade, and 24 per sample; time grows with samples times trades.
 *
 * @throws ATC_INVALID_ARGUMENT for invalid bars or trades
 * @throws ATC_INVALID_CONFIG for costs, a warm-up, samples or a seed out of range
 */
export function randomEntries(options: RandomEntryOptions): RandomEntries | undefined {
  const { symbols, fill, costs, warmup, samples = 1000, seed = 1 } = options;
  checkEntryOptions(options);
  const parts = symbols.map(({ symbol, bars, trades: list }) => {
    const points = entryPoints(symbol, bars, fill, costs);
    const trades = heldTrades(symbol, list, fill, points.last);
    const placement = createRandomPlacement(trades, points.last, warmup);
    return { time: bars.time, points, trades, placement };
  });
  const sums = createEntrySums(
    parts.map(({ trades }) => trades),
    samples,
  );
  if (sums === undefined) return undefined;
  for (const { points, trades } of parts) sums.addActual(points, trades);
  const traded = parts.filter(({ trades }) => trades.count > 0);
  const random = createRandomNumbers(seed);
  const one = createTradeSums();
  for (let sample = 0; sample < samples; sample++)
    for (let part = 0; part < traded.length; part++) {
      const { points, trades, placement } = traded[part];
      placement.place(random);
      addTrades(points, trades, placement, one);
      sums.addSample(sample, one.growth, one.gain);
    }
  return sums.result(seed, jointSpread(parts));
}
