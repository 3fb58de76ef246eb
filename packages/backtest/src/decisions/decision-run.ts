import type { BacktestConfig, DecisionName, Decisions, StrategyBars } from "@atc/contract";
import type { BoundStrategy } from "../strategy/strategy.ts";
import { createDecider, type DecidedBars } from "./decider.ts";
import { createMemberFilter } from "./members.ts";
import { checkOutputs } from "./needed-columns.ts";
import { type WantedDecisionsOptions, wantedDecisions } from "./wanted-decisions.ts";
import { createWeightExcess } from "./weight-excess.ts";

/** The run of a strategy on one symbol, with decisions as the account reads them. */
export interface DecisionRun {
  /**
   * The decisions of the next bars.
   *
   * @param directions - as long as `bars.close`; overwritten with the directions
   * @throws ATC_INVALID_ARGUMENT for a decision that is not one; what the strategy throws
   */
  decide(bars: StrategyBars, directions: Int8Array): DecidedBars;
  /** Called once after the last bar. Returns the warnings of the strategy, and of its weights. */
  finish(): readonly string[];
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
  options: WantedDecisionsOptions = {},
): DecisionRun {
  checkOutputs(config, strategy);
  const wanted = wantedDecisions(config, options).filter((name) => strategy.outputs?.includes(name) === true);
  const run = strategy.start(symbol, wanted);
  const decider = createDecider(config, symbol);
  const { members } = strategy;
  const filter = members === undefined ? undefined : createMemberFilter(config, members.get(symbol) ?? []);
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
    decide(bars, directions) {
      const decisions = emptyDecisions(directions.length);
      directions.fill(0);
      run.decide(bars, directions, decisions);
      const decided = decider.decide(directions, decisions);
      filter?.restrict(decided, bars.timestamp);
      if (decided.strengths !== undefined) excess?.add(decided.strengths);
      return decided;
    },
    finish: () => [...(run.finish?.() ?? []), ...(excess?.warnings() ?? [])],
  };
}
