import type { ParameterTable } from "./parameter.ts";

/** Shares of an account by symbol, 0 or more. A symbol that is absent has a share of 0. */
export type Shares = Readonly<Record<string, number>>;

/** One account per symbol, or one for all; `docs/simulation.md` defines each member. */
export interface AccountConfig {
  /** One account per symbol, or one that all symbols share. */
  readonly account: "separate" | "shared";
  /** Each symbol's share of the shared account. */
  readonly weights: "equal" | "inverseVolatility" | "full" | Shares;
  /** The most positions of the shared account at once, 0 or more; 0 for no bound. */
  readonly maxPositions: number;
  /** What becomes of a position after the last bar of its symbol in the shared account. */
  readonly delisting: "hold" | "exit";
}

/** Every parameter of accounts, in the order in which they are documented. */
export const accountParameters: ParameterTable<AccountConfig> = {
  account: {
    kind: "choice",
    values: ["separate", "shared"],
    default: "separate",
    description: "One account per symbol, or one for all symbols",
    pythonNames: [],
  },
  weights: {
    kind: "shares",
    values: ["equal", "inverseVolatility", "full"],
    default: "equal",
    description: "Each symbol's share of the shared account",
    pythonNames: [],
  },
  maxPositions: {
    kind: "integer",
    minimum: 0,
    default: 0,
    description: "The most positions of the shared account at once, 0 for no bound",
    pythonNames: ["max_positions"],
  },
  delisting: {
    kind: "choice",
    values: ["hold", "exit"],
    default: "hold",
    description: "A position after its symbol's last bar in the shared account: hold it or close it",
    pythonNames: [],
  },
};
