import type { ParameterTable } from "./parameter.ts";

/** How large a position is and when it is brought back to its target; `docs/simulation.md` defines each member. */
export interface PositionConfig {
  /**
   * What the size of a position follows. Absent for `allIn`, or for `signalProportional` if `signal` is `weight`;
   * written `none` in a file.
   */
  readonly sizing?:
    | "allIn"
    | "fixedFraction"
    | "fixedNotional"
    | "fixedQuantity"
    | "volatilityTarget"
    | "signalProportional"
    | undefined;
  /**
   * By `sizing`: a fraction of equity, money, units, a yearly volatility, or a multiple of the weight; above 0. Absent
   * for 1, which `fixedNotional`, `fixedQuantity` and `volatilityTarget` refuse; written `none` in a file.
   */
  readonly size?: number | undefined;
  /** Returns in every estimate of volatility, 2 or more. */
  readonly volatilityLookback: number;
  /** The most gross notional / equity that orders may reach, above 0. */
  readonly maxLeverage: number;
  /** Quantities are multiples of it, rounded towards 0; 0 for any quantity. */
  readonly lotSize: number;
  /** Smallest position and smallest resize, in money; 0 for none. */
  readonly minNotional: number;
  /** When a kept position is brought back to its target: `bars:5` at every fifth time of the account. */
  readonly rebalance: "never" | "everyBar" | "daily" | "weekly" | "monthly" | `bars:${number}`;
  /** Drift of a position's weight, as a fraction of equity, up to which a rebalance leaves it alone; 0 or more. */
  readonly rebalanceBand: number;
  /** Least equity / gross notional at a close, 0 or more and below 1; 0 for no margin calls. */
  readonly maintenanceMargin: number;
}

/** Every parameter of positions, in the order in which they are documented. */
export const positionParameters: ParameterTable<PositionConfig> = {
  sizing: {
    kind: "choice",
    values: ["allIn", "fixedFraction", "fixedNotional", "fixedQuantity", "volatilityTarget", "signalProportional"],
    acceptsNone: true,
    default: undefined,
    description: "What the size of a position follows, none for allIn, or signalProportional under signal weight",
    pythonNames: [],
  },
  size: {
    kind: "number",
    above: 0,
    acceptsNone: true,
    default: undefined,
    description: "Fraction of equity, money, units, yearly volatility or multiple of the weight, by sizing; none for 1",
    pythonNames: [],
  },
  volatilityLookback: {
    kind: "integer",
    minimum: 2,
    default: 20,
    description: "Returns in every estimate of volatility",
    pythonNames: ["volatility_lookback"],
  },
  maxLeverage: {
    kind: "number",
    above: 0,
    default: 1,
    description: "The most gross notional / equity that orders may reach",
    pythonNames: ["max_leverage"],
  },
  lotSize: {
    kind: "number",
    minimum: 0,
    default: 0,
    description: "Quantities are multiples of it, rounded towards 0; 0 for any quantity",
    pythonNames: ["lot_size"],
  },
  minNotional: {
    kind: "number",
    minimum: 0,
    default: 0,
    description: "Smallest position and smallest resize, in money, 0 for none",
    pythonNames: ["min_notional"],
  },
  rebalance: {
    kind: "text",
    pattern: /^(?:never|everyBar|daily|weekly|monthly|bars:[1-9]\d{0,8})$/,
    values: ["never", "everyBar", "daily", "weekly", "monthly"],
    default: "never",
    description: "When a kept position is brought back to its target",
    allowed: "never, everyBar, daily, weekly, monthly, or bars: and a count, such as bars:5",
    pythonNames: [],
  },
  rebalanceBand: {
    kind: "number",
    minimum: 0,
    default: 0,
    description: "Drift of weight up to which a rebalance leaves a position alone",
    pythonNames: ["rebalance_band"],
  },
  maintenanceMargin: {
    kind: "number",
    minimum: 0,
    below: 1,
    default: 0,
    description: "Least equity / gross notional at a close, 0 for no margin calls",
    pythonNames: ["maintenance_margin"],
  },
};
