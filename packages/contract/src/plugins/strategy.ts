import type { ReadonlyTypedArray } from "../data/column.ts";
import type { PriceColumns } from "./indicator.ts";
import type { StrategyContext } from "./longer-bars.ts";

/**
 * The columns of a block, oldest first: prices, and every other column that the strategy requests, by name. Valid only
 * during the call, and not to be written to.
 */
export interface StrategyBars extends PriceColumns {
  /** The times in ms since the epoch, UTC, with fractions for ticks; present if the strategy requests `timestamp`. */
  readonly timestamp?: Float64Array | undefined;
  /** A column of the series. */
  readonly [column: string]: ReadonlyTypedArray<number> | undefined;
}

/** What a strategy can decide at a close besides a direction. `docs/simulation.md` says what reads them. */
export type DecisionName = "strength" | "weight" | "longEntry" | "longExit" | "shortEntry" | "shortExit";

/** All decisions besides a direction. */
export const decisionNames: readonly DecisionName[] = Object.freeze([
  "strength",
  "weight",
  "longEntry",
  "longExit",
  "shortEntry",
  "shortExit",
]);

/**
 * One array per name that a run was started with, each as long as the block and initially all NaN. A value that stays
 * NaN repeats the last one, or is 0 if there is none.
 */
export type Decisions = { readonly [Name in DecisionName]?: Float64Array };

/** The run of a strategy on one symbol. It receives each bar once, in order, in blocks of any length. */
export interface StrategyRun {
  /**
   * Writes the decision at the close of each bar to `directions`: -1 short, 0 flat, 1 long. `directions` is as long as
   * `bars.close` and initially all 0. It has no effect unless `signal` is `strategy`. After ATC_INVALID_DATA a backtest
   * skips the symbol. Any other error ends a backtest in code; one of a file lists it as the fault of the symbol.
   *
   * @param decisions - the further decisions to write: strengths, target weights, entries and exits
   */
  decide(bars: StrategyBars, directions: Int8Array, decisions: Decisions): void;
  /**
   * Called once after the last bar. Returns warnings for the trader, one sentence each. It may throw ATC_INVALID_DATA
   * like `decide`, such as for too few bars.
   */
  finish?(): readonly string[];
}

/** A parameter of a strategy that is a number. */
export interface NumberParameter {
  /** Whether it has a fraction. */
  readonly kind: "number" | "integer";
  /** The smallest value. */
  readonly minimum?: number;
  /** The largest value. */
  readonly maximum?: number;
  /** A bound that the value must exceed. */
  readonly above?: number;
  /** A bound that the value must stay below. */
  readonly below?: number;
  /** The value if none is given. */
  readonly default: number;
  /** What it means, in a line without a full stop. */
  readonly description: string;
}

/** A parameter of a strategy that is true or false. */
export interface BooleanParameter {
  /** True or false. */
  readonly kind: "boolean";
  /** The value if none is given. */
  readonly default: boolean;
  /** What it means, in a line without a full stop. */
  readonly description: string;
}

/** A parameter of a strategy that is one of a few words. */
export interface ChoiceParameter {
  /** One of `values`. */
  readonly kind: "choice";
  /** The words, one or more. */
  readonly values: readonly string[];
  /** The value if none is given. */
  readonly default: string;
  /** What it means, in a line without a full stop. */
  readonly description: string;
}

/** A parameter of a strategy. */
export type StrategyParameter = NumberParameter | BooleanParameter | ChoiceParameter;

/** The parameters of a strategy by name. */
export type StrategyParameters = Readonly<Record<string, StrategyParameter>>;

/** The value of a parameter of a strategy. */
export type StrategyParameterValue = number | boolean | string;

type ValueOf<One extends StrategyParameter> = One extends NumberParameter
  ? number
  : One extends BooleanParameter
    ? boolean
    : One extends ChoiceParameter
      ? One["values"][number]
      : StrategyParameterValue;

/** The value of each parameter. */
export type StrategyValues<Parameters extends StrategyParameters = StrategyParameters> = {
  readonly [Name in keyof Parameters]: ValueOf<Parameters[Name]>;
};

/**
 * The columns that a strategy reads under some values of its parameters. It is written as a method because TypeScript
 * compares the parameters of methods in both directions: a strategy with parameters of its own is a `Strategy` too.
 */
export interface StrategyColumns<Parameters extends StrategyParameters = StrategyParameters> {
  /** Returns the names of the columns. */
  of(parameters: StrategyValues<Parameters>): readonly string[];
}

/** What strategies of every scope have. */
export interface StrategyTraits<Parameters extends StrategyParameters = StrategyParameters> {
  /** A name for people and cache keys. */
  readonly name: string;
  /**
   * An integer from 1. Increase it with every change that may change a decision; it is part of cache keys. Default: 1.
   */
  readonly version?: number;
  /** What a user can set, each with a default. Default: nothing. */
  readonly parameters?: Parameters;
  /**
   * Columns to read besides `close`. Prices among them (`open`, `high`, `low`) are checked like the close; `timestamp`
   * is available as a Float64Array of ms since the epoch. Default: none.
   */
  readonly columns?: readonly string[] | StrategyColumns<Parameters>["of"];
  /** Further columns to read if the data has them. Prices among them are checked like the close. Default: none. */
  readonly optionalColumns?: readonly string[];
}

/** A strategy that decides for each symbol by itself. */
export interface SymbolStrategy<Parameters extends StrategyParameters = StrategyParameters>
  extends StrategyTraits<Parameters> {
  /** What it sees at once. Default: `symbol`. */
  readonly scope?: "symbol";
  /** What it can decide besides a direction. Default: nothing; the strength of a direction is then 1. */
  readonly outputs?: readonly DecisionName[];
  /**
   * Starts a run at the first bar of a symbol. Keep the state of the symbol in what it returns, and nowhere else.
   *
   * @param parameters - the value of every parameter
   * @param wanted - the outputs that each block of decisions has
   * @param context - gives the bars of longer intervals
   */
  start(
    symbol: string,
    parameters: StrategyValues<Parameters>,
    wanted: readonly DecisionName[],
    context: StrategyContext,
  ): StrategyRun;
}

/** Columns of {@link UniverseBars} by name. */
export interface UniverseColumns {
  /** The closes. */
  readonly close: Float64Array;
  /** Another column. */
  readonly [column: string]: Float64Array | undefined;
}

/**
 * The bars of one time. Columns have an element per symbol of the run, in its order; those of a symbol without a bar at
 * this time are NaN. The object and its arrays are reused: they are valid only during the call, and not to be written
 * to.
 */
export interface UniverseBars {
  /** The time of the bars in ms since the epoch, UTC, with fractions for ticks. */
  readonly time: number;
  /** Places of the symbols that have a bar at this time, rising. */
  readonly present: ReadonlyTypedArray<number>;
  /** `close`, and the other columns that the strategy requests. An optional one that no symbol has is missing. */
  readonly columns: UniverseColumns;
}

/** The run of a strategy on all symbols. It receives each time once, in order. */
export interface UniverseRun {
  /**
   * Writes target weights: an element per symbol, 1 for the whole equity, negative for a short. They are initially NaN,
   * which repeats the symbol's last weight, or is 0 if there is none. Only the weights of symbols that are present have
   * an effect: an order needs a bar.
   */
  decide(bars: UniverseBars, weights: Float64Array): void;
  /** Called once after the last time. Returns warnings for the trader, one sentence each. */
  finish?(): readonly string[];
}

/** A strategy that sees all symbols at once and gives each a target weight. */
export interface UniverseStrategy<Parameters extends StrategyParameters = StrategyParameters>
  extends StrategyTraits<Parameters> {
  /** It sees all symbols at once. */
  readonly scope: "universe";
  /**
   * Starts a run.
   *
   * @param symbols - all symbols of the run, sorted by UTF-16 code unit. Some may not have a bar yet, and others none
   * any more, so their number is not to decide
   * @param parameters - the value of every parameter
   */
  start(symbols: readonly string[], parameters: StrategyValues<Parameters>): UniverseRun;
}

/**
 * Decides when to be long, short or flat; the simulator does the rest. The default export of a strategy's module is one
 * or a list of them. Decisions at a bar depend on this bar and the bars before it alone: not on later bars, the length
 * of blocks, other symbols' runs, clocks or random numbers.
 */
export type Strategy<Parameters extends StrategyParameters = StrategyParameters> =
  | SymbolStrategy<Parameters>
  | UniverseStrategy<Parameters>;

/**
 * Returns a strategy unchanged. TypeScript derives the types of the values that `start` receives from `parameters`.
 *
 * @example
 * ```ts
 * export default defineStrategy({
 *   name: "rising",
 *   parameters: { bars: { kind: "integer", minimum: 1, default: 10, description: "Bars to look back" } },
 *   start: (_symbol, { bars }) => risingRun(bars),
 * });
 * ```
 */
export function defineStrategy<const Parameters extends StrategyParameters>(
  strategy: SymbolStrategy<Parameters>,
): SymbolStrategy<Parameters>;
/** Like the first form, for a strategy that sees all symbols. */
export function defineStrategy<const Parameters extends StrategyParameters>(
  strategy: UniverseStrategy<Parameters>,
): UniverseStrategy<Parameters>;
export function defineStrategy(strategy: Strategy): Strategy {
  return strategy;
}
