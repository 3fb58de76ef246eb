import type { BacktestConfig, DecisionName, Decisions, StrategyBars } from "@atc/contract";
import type { BoundStrategy } from "../strategy/strategy.ts";
import { type ContextSource, createContext } from "../strategy/strategy-context.ts";
import { createDecider, type DecidedBars } from "./decider.ts";
import { checkOutputs } from "./needed-columns.ts";
import { type WantedDecisionsOptions, wantedDecisions } from "./wanted-decisions.ts";
import { createWeightExcess } from "./weight-excess.ts";

/** The run of a strategy on one symbol, with decisions as the account reads them. */
export interface DecisionRun {
  /** Whether the strategy reads longer bars, which are made with the times. */
  readonly needsTimes: boolean;
  /**
   * The decisions of the next bars.
   *
   * @param directions - as long as `bars.close`; overwritten with the directions
   * @param times - in ms since the epoch; required if `needsTimes`
   * @throws ATC_INVALID_ARGUMENT for a decision that is not one; what the strategy throws
   */
  decide(bars: StrategyBars, directions: Int8Array, times?: Float64Array): DecidedBars;
  /** Called once after the last bar. Returns the warnings of the strategy, and of its weights. */
  finish(): readonly string[];
}

/** Options of {@link startDecisions}. */
export interface DecisionRunOptions extends WantedDecisionsOptions {
  /** Longer bars are made from it. Default: the strategy cannot read any. */
  readonly source?: ContextSource | undefined;
}

/**
 * Starts a strategy at the first bar of a symbol.
 *
 * @throws ATC_INVALID_CONFIG if the strategy does not give what `signal` needs
 */
export function startDecisions(
  strategy: BoundStrategy,
  config: BacktestConfig,
  symbol: string,
  options: DecisionRunOptions = {},
): DecisionRun {
  checkOutputs(config, strategy);
  const wanted = wantedDecisions(config, options).filter((name) => strategy.outputs?.includes(name) === true);
  const own = options.source === undefined ? undefined : createContext(options.source);
  const run = strategy.start(symbol, wanted, own?.context);
  own?.seal();
  const needsTimes = own?.isRead() === true;
  const decider = createDecider(config, symbol);
  const excess = createWeightExcess(config);
  let length = 0;
  let columns: readonly (readonly [DecisionName, Float64Array])[] = [];

  /** A column of NaN for each wanted decision. The arrays are reused. */
  function emptyDecisions(bars: number): Decisions {
    if (length < bars) {
      length = bars;
      columns = wanted.map((name) => [name, new Float64Array(bars)]);
    }
    const decisions: { [Name in DecisionName]?: Float64Array } = {};
    for (const [name, values] of columns) decisions[name] = values.subarray(0, bars).fill(Number.NaN);
    return decisions;
  }

  return {
    needsTimes,
    decide(bars, directions, times) {
      if (needsTimes && times !== undefined) own?.push(times, bars);
      const decisions = emptyDecisions(directions.length);
      directions.fill(0);
      run.decide(bars, directions, decisions);
      const decided = decider.decide(directions, decisions);
      if (decided.strengths !== undefined) excess?.add(decided.strengths);
      return decided;
    },
    finish: () => [...(run.finish?.() ?? []), ...(own?.warnings() ?? []), ...(excess?.warnings() ?? [])],
  };
}
