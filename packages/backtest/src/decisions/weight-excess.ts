import type { BacktestConfig } from "@atc/contract";
import { positionSizing } from "../base/position-sizing.ts";

/** Counts target weights that `maxLeverage` does not allow. */
export interface WeightExcess {
  add(weights: Float64Array): void;
  /** The warning, or none. */
  warnings(): readonly string[];
}

/**
 * Watches the weights of a symbol with an account of its own; undefined if nothing can exceed the leverage. In a shared
 * account it depends on the other positions which weights do.
 */
export function createWeightExcess(config: BacktestConfig): WeightExcess | undefined {
  const { sizing, size } = positionSizing(config);
  const { maxLeverage } = config;
  if (config.signal !== "weight" || config.account === "shared" || sizing !== "signalProportional") return undefined;
  // Rounding of a weight such as 1 / 3 three times is no excess.
  const most = (maxLeverage / size) * (1 + 1e-9);
  let bars = 0;
  let beyond = 0;
  let largest = 0;
  return {
    add(weights) {
      bars += weights.length;
      for (const weight of weights) {
        const amount = Math.abs(weight);
        if (amount > most) beyond++;
        if (amount > largest) largest = amount;
      }
    },
    warnings() {
      if (beyond === 0) return [];
      const multiple = size === 1 ? "" : ` times the size ${size}`;
      return [
        `${beyond} of ${bars} weights${multiple} are beyond the maxLeverage of ${maxLeverage}, the largest is ${Number(largest.toPrecision(6))}: their orders are scaled down to it; raise maxLeverage, or make the weights smaller`,
      ];
    },
  };
}
