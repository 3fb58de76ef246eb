import type { Parameter, ParameterTable } from "./parameter.ts";

/** Exits that protect a position, besides the strategy's own; `docs/simulation.md` defines each member. */
export interface ExitConfig {
  /** Distance of the stop from the entry price, in `exitUnits`, 0 or more; 0 for none. A fraction is below 1. */
  readonly stopLoss: number;
  /** Distance of the target from the entry price, in `exitUnits`, 0 or more; 0 for none. */
  readonly takeProfit: number;
  /** Distance of the stop from the best price so far, in `exitUnits`, 0 or more; 0 for none. A fraction is below 1. */
  readonly trailingStop: number;
  /** Unit of the three distances, parts of the price or average true ranges. */
  readonly exitUnits: "fraction" | "atr";
  /** Length of Wilder's average true range, in bars, 1 or more. */
  readonly atrLength: number;
  /** Which exit counts if one bar touches both stop and target. */
  readonly intrabar: "pessimistic" | "optimistic" | "openProximity";
  /** Bars after which a position is closed, 0 or more; 0 for no bound. */
  readonly maxHoldingBars: number;
  /** When the direction of a position that such an exit closed may be held again. */
  readonly reentry: "nextSignal" | "immediately";
}

function distance(description: string, ...pythonNames: string[]): Parameter<number> {
  return { kind: "number", minimum: 0, default: 0, description, pythonNames };
}

/** Every parameter of protective exits, in the order in which they are documented. */
export const exitParameters: ParameterTable<ExitConfig> = {
  stopLoss: distance("Distance of the stop from the entry price, 0.05 for 5 %, 0 for none", "stop_loss"),
  takeProfit: distance("Distance of the target from the entry price, 0.1 for 10 %, 0 for none", "take_profit"),
  trailingStop: distance("Distance of the stop from the best price so far, 0.05 for 5 %, 0 for none", "trailing_stop"),
  exitUnits: {
    kind: "choice",
    values: ["fraction", "atr"],
    default: "fraction",
    description: "Unit of the three distances, parts of the price or average true ranges",
    pythonNames: ["exit_units"],
  },
  atrLength: {
    kind: "integer",
    minimum: 1,
    default: 14,
    description: "Length of Wilder's average true range, in bars",
    pythonNames: ["atr_length"],
  },
  intrabar: {
    kind: "choice",
    values: ["pessimistic", "optimistic", "openProximity"],
    default: "pessimistic",
    description: "Which exit counts if one bar touches both stop and target",
    pythonNames: [],
  },
  maxHoldingBars: {
    kind: "integer",
    minimum: 0,
    default: 0,
    description: "Bars after which a position is closed, 0 for no bound",
    pythonNames: ["max_holding_bars"],
  },
  reentry: {
    kind: "choice",
    values: ["nextSignal", "immediately"],
    default: "nextSignal",
    description: "When a direction may be held again after a protective exit",
    pythonNames: [],
  },
};
