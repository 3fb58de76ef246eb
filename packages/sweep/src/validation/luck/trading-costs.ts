import { invalidSetting } from "../base/check-settings.ts";

/** The costs of trading of a backtest. Rates that time earns or costs are not among them. */
export interface TradingCosts {
  /** As the key `feeBps` of the simulation. */
  readonly feeBps: number;
  /** As the key `feePerUnit` of the simulation. */
  readonly feePerUnit: number;
  /** As the key `feePerTrade` of the simulation. */
  readonly feePerTrade: number;
  /** As the key `minFee` of the simulation. */
  readonly minFee: number;
  /** As the key `slippageBps` of the simulation. */
  readonly slippageBps: number;
  /** As the key `spreadBps` of the simulation. */
  readonly spreadBps: number;
  /** As the key `slippageRange` of the simulation. */
  readonly slippageRange: number;
}

/** The largest values that a backtest accepts. */
const mostCosts: Partial<TradingCosts> = { slippageBps: 9999, spreadBps: 9999, slippageRange: 1 };

const costNames = [
  "feeBps",
  "feePerUnit",
  "feePerTrade",
  "minFee",
  "slippageBps",
  "spreadBps",
  "slippageRange",
] as const satisfies readonly (keyof TradingCosts)[];

/** The costs times a factor; slippage and spread at most what a backtest accepts. Other keys are not copied. */
export function multiplyCosts(costs: TradingCosts, factor: number): TradingCosts {
  const multiplied = (name: keyof TradingCosts): number =>
    Math.min(costs[name] * factor, mostCosts[name] ?? Number.POSITIVE_INFINITY);
  return {
    feeBps: multiplied("feeBps"),
    feePerUnit: multiplied("feePerUnit"),
    feePerTrade: multiplied("feePerTrade"),
    minFee: multiplied("minFee"),
    slippageBps: multiplied("slippageBps"),
    spreadBps: multiplied("spreadBps"),
    slippageRange: multiplied("slippageRange"),
  };
}

/** Throws ATC_INVALID_CONFIG for a cost that is not a finite number of 0 or more. */
export function checkCosts(costs: TradingCosts): void {
  for (const name of costNames)
    if (!(Number.isFinite(costs[name]) && costs[name] >= 0))
      throw invalidSetting(name, `${name} is ${costs[name]}; give a finite number of 0 or more`);
}

/** How much a backtest depends on its costs. */
export interface CostSensitivity {
  /** Factors of the costs, rising. */
  readonly multipliers: readonly number[];
  /** The total return with costs times each multiplier. */
  readonly totalReturn: readonly number[];
  /** The multiplier at which the total return is 0; undefined without costs, or if it is lost without them. */
  readonly breakEven: number | undefined;
  /** Whether the total return is above 0 even at the largest multiplier that is tried, 64. */
  readonly breakEvenAbove: boolean;
}

const multipliers = [0, 0.5, 1, 2, 4] as const;
const mostMultiplier = 64;

/**
 * Repeats a backtest with multiples of its costs, and searches the multiplier at which nothing is left, within 3e-11.
 * If the total return does not fall steadily with costs, it is one of the multipliers at which the return changes
 * sign. It runs up to 46 backtests, one after another.
 *
 * @param totalReturn - the total return of the account, or the portfolio, with some costs
 * @throws ATC_INVALID_CONFIG for a cost that is not a finite number of 0 or more; and what `totalReturn` throws
 */
export async function costSensitivity(
  costs: TradingCosts,
  totalReturn: (costs: TradingCosts) => number | Promise<number>,
): Promise<CostSensitivity> {
  checkCosts(costs);
  const returnAt = async (factor: number): Promise<number> => await totalReturn(multiplyCosts(costs, factor));
  const returns: number[] = [];
  for (const factor of multipliers) returns.push(await returnAt(factor));
  const result = { multipliers, totalReturn: returns };
  const isFree = costNames.every((name) => costs[name] === 0);
  if (isFree || !(returns[0] > 0)) return { ...result, breakEven: undefined, breakEvenAbove: false };
  if ((await returnAt(mostMultiplier)) > 0) return { ...result, breakEven: mostMultiplier, breakEvenAbove: true };
  let [low, high] = [0, mostMultiplier];
  for (let halving = 0; halving < 40; halving++) {
    const middle = (low + high) / 2;
    if ((await returnAt(middle)) > 0) low = middle;
    else high = middle;
  }
  return { ...result, breakEven: (low + high) / 2, breakEvenAbove: false };
}
