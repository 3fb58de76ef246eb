import type { BacktestConfig, SignalConfig, Strategy, StrategyParameterValue } from "@atc/contract";
import type { Expression } from "../expression/expression.ts";
import type { Axis, AxisValue } from "./axis.ts";

/** One configuration of a sweep, complete and valid. */
export interface SweepConfiguration {
  /** The signals. Strategies other than ATC do not read them. */
  readonly signals: SignalConfig;
  /** The simulation and its metrics. */
  readonly backtest: BacktestConfig;
  /** Every parameter of the strategy; empty for ATC. */
  readonly parameters: Readonly<Record<string, StrategyParameterValue>>;
}

/** What the axes of a space vary. */
export interface SpaceOptions {
  /** The strategy whose parameters are swept. Default: ATC, which has the keys of the table. */
  readonly strategy?: Strategy | undefined;
  /** The keys that no axis varies. Default: the defaults of the table. */
  readonly base?: Partial<SignalConfig & BacktestConfig> | undefined;
  /** The parameters of the strategy that no axis varies. Default: those of the strategy. */
  readonly parameters?: Readonly<Record<string, StrategyParameterValue>> | undefined;
}

/** A set of configurations. */
export interface Space {
  /** The dimensions, outermost first. */
  readonly axes: readonly Axis[];
  /** How many combinations of values there are, those that `where` leaves out included; undefined for no bound. */
  readonly size: bigint | undefined;
  /** The expressions that a configuration must fulfil. */
  readonly where: readonly Expression[];
  /** Whether `where` is true for a value per axis. */
  accepts(values: readonly AxisValue[]): boolean;
  /**
   * The configuration with a value per axis.
   *
   * @throws ATC_INVALID_CONFIG if a rule between keys is broken, such as a length that is too short for the robustness
   */
  configuration(values: readonly AxisValue[]): SweepConfiguration;
}
