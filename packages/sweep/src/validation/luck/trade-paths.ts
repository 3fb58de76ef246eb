import { createRandomNumbers, type RandomNumbers } from "../../sample/random-numbers.ts";
import { checkSampling, invalidInput, invalidSetting } from "../base/check-settings.ts";
import { levelsOf } from "../base/quantile-levels.ts";
import { shuffle } from "../base/shuffle.ts";

/** How paths of trades are drawn. */
export interface TradePathOptions {
  /** Per closed trade: its return, or its profit in money if `compound` is false. */
  readonly outcomes: Float64Array;
  /** Above 0. */
  readonly initialCapital: number;
  /** `bootstrap` draws as many trades with replacement, `permutation` shuffles them. Default: bootstrap. */
  readonly method?: "bootstrap" | "permutation" | undefined;
  /** Whether a trade changes equity by a factor, not by an amount. Default: true. */
  readonly compound?: boolean | undefined;
  /** The fall, a part of 1, from which on a path counts as ruined. Default: 0.5. */
  readonly ruin?: number | undefined;
  /** Default: 1,000. */
  readonly samples?: number | undefined;
  /** From 0 to 2^53 - 1. Default: 1. */
  readonly seed?: number | undefined;
}

/** What a backtest's trades might have come to. Quantiles are at 0.05, 0.25, 0.5, 0.75 and 0.95. */
export interface TradePaths {
  /** Number of samples that were drawn. */
  readonly samples: number;
  /** Seed of their random numbers. */
  readonly seed: number;
  /** How the paths were drawn. */
  readonly method: "bootstrap" | "permutation";
  /** Whether a trade changed equity by a factor. */
  readonly compound: boolean;
  /** Undefined if a path's equity is not finite. */
  readonly finalEquity: readonly number[] | undefined;
  /** The largest fall of equity between ends of trades, a part of 1; above 1 if equity falls below 0. */
  readonly maxDrawdown: readonly number[] | undefined;
  /** The share of paths that end below the initial capital. */
  readonly probabilityOfLoss: number;
  /** The share of paths that fall by `ruin` or more. */
  readonly probabilityOfRuin: number;
}

function checkOptions({ outcomes, initialCapital, ruin = 0.5, samples = 1000, seed = 1 }: TradePathOptions): void {
  checkSampling(seed, samples);
  if (!(Number.isFinite(initialCapital) && initialCapital > 0))
    throw invalidSetting("initialCapital", `initialCapital is ${initialCapital}; give a finite number above 0`);
  if (!(ruin > 0 && Number.isFinite(ruin))) throw invalidSetting("ruin", `ruin is ${ruin}; give a number above 0`);
  const fault = outcomes.findIndex((outcome) => !Number.isFinite(outcome));
  if (fault !== -1)
    throw invalidInput(`the outcome of trade ${fault} is ${outcomes[fault]}; give a finite number`, { trade: fault });
}

function fillBootstrap(order: Int32Array, random: RandomNumbers): void {
  for (let place = 0; place < order.length; place++) order[place] = random.integer(order.length);
}

/** Draws paths of trades in portions. */
export interface TradePathDraws {
  /** Draws some more paths. */
  draw(paths: number): void;
  /** What all paths came to, once they are drawn. */
  result(): TradePaths;
}

/**
 * Creates draws of {@link tradePaths}, which is `samples` paths in one portion. Undefined without trades.
 *
 * @throws what `tradePaths` throws
 */
export function createTradePaths(options: TradePathOptions): TradePathDraws | undefined {
  checkOptions(options);
  const { outcomes, initialCapital, method = "bootstrap", compound = true } = options;
  const { ruin = 0.5, samples = 1000, seed = 1 } = options;
  const trades = outcomes.length;
  if (trades === 0) return undefined;
  const random = createRandomNumbers(seed);
  const fill = method === "bootstrap" ? fillBootstrap : shuffle;
  const order = new Int32Array(trades);
  const finals = new Float64Array(samples);
  const falls = new Float64Array(samples);
  let [drawn, losses, ruins] = [0, 0, 0];
  return {
    draw(paths) {
      for (const end = Math.min(samples, drawn + paths); drawn < end; drawn++) {
        fill(order, random);
        let [equity, peak, fall] = [initialCapital, initialCapital, 0];
        for (let place = 0; place < trades && equity > 0; place++) {
          const outcome = outcomes[order[place]];
          equity = compound ? equity * (1 + outcome) : equity + outcome;
          if (equity > peak) peak = equity;
          else fall = Math.max(fall, (peak - equity) / peak);
        }
        finals[drawn] = equity;
        falls[drawn] = fall;
        if (equity < initialCapital) losses++;
        if (fall >= ruin) ruins++;
      }
    },
    result: () => ({
      samples,
      seed,
      method,
      compound,
      finalEquity: levelsOf(finals),
      maxDrawdown: levelsOf(falls),
      probabilityOfLoss: losses / samples,
      probabilityOfRuin: ruins / samples,
    }),
  };
}

/**
 * Monte Carlo of closed trades. A path ends if its equity is not above 0. A permutation of compounded trades changes
 * only the drawdown. Undefined without trades. It takes 4 bytes per trade and 16 per sample.
 *
 * @throws ATC_INVALID_ARGUMENT for an outcome that is not finite
 * @throws ATC_INVALID_CONFIG for another option out of range
 */
export function tradePaths(options: TradePathOptions): TradePaths | undefined {
  const draws = createTradePaths(options);
  draws?.draw(options.samples ?? 1000);
  return draws?.result();
}
