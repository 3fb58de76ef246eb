import type { ParameterTable } from "./parameter.ts";

/** What decides, and at which price orders are filled; `docs/simulation.md` defines each member. */
export interface OrderConfig {
  /**
   * What a strategy decides: a direction, a target weight (`weight`), or entries and exits of each side (`entries`).
   */
  readonly signal: "strategy" | "weight" | "entries";
  /**
   * Which price of the next bar fills an order: its open, its close, or its open at the worse of its high and low. Data
   * without an open fills at the close.
   */
  readonly fill: "nextOpen" | "nextClose" | "worst";
  /** Which directions may be held. */
  readonly side: "both" | "long" | "short";
  /** Money at the start, above 0; separate accounts divide it equally among their symbols. */
  readonly initialCapital: number;
  /** What to do with a bar whose price is missing, zero or negative: throw, or leave it out and count it. */
  readonly invalidPrices: "error" | "skip";
}

/** Every parameter of decisions and fills, in the order in which they are documented. */
export const orderParameters: ParameterTable<OrderConfig> = {
  signal: {
    kind: "choice",
    values: ["strategy", "weight", "entries"],
    default: "strategy",
    description: "What is decided: directions, target weights, or entries and exits",
    pythonNames: [],
  },
  fill: {
    kind: "choice",
    values: ["nextOpen", "nextClose", "worst"],
    default: "nextOpen",
    description: "Which price of the next bar fills an order",
    pythonNames: [],
  },
  side: {
    kind: "choice",
    values: ["both", "long", "short"],
    default: "both",
    description: "Which directions may be held",
    pythonNames: [],
  },
  initialCapital: {
    kind: "number",
    above: 0,
    default: 10_000,
    description: "Money at the start",
    pythonNames: ["initial_capital"],
  },
  invalidPrices: {
    kind: "choice",
    values: ["error", "skip"],
    default: "error",
    description: "A bar whose price is missing, zero or negative: stop, or leave it out",
    pythonNames: ["invalid_prices"],
  },
};
