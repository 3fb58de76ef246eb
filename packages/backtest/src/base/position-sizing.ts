import type { BacktestConfig } from "@atc/contract";

/** What the size of a position follows, with the defaults filled in. */
export interface PositionSizing {
  /** What the size follows. */
  readonly sizing: NonNullable<BacktestConfig["sizing"]>;
  /** Fraction of equity, money, units, yearly volatility, or multiple of the weight. */
  readonly size: number;
}

/** The sizing of a valid configuration: target weights size positions by default, all other signals go all in. */
export function positionSizing({ signal, sizing, size = 1 }: BacktestConfig): PositionSizing {
  return { sizing: sizing ?? (signal === "weight" ? "signalProportional" : "allIn"), size };
}
