import { type BacktestConfig, backtestDefaults } from "@atc/contract";
import { type BoundStrategy, backtestSeries, memorySeries, type SymbolResult, strategyOf } from "../src/index.ts";

/** A strategy that decides what it is given, bar by bar. */
export function given(directions: ArrayLike<number>): BoundStrategy {
  return strategyOf("given", () => {
    let bar = 0;
    return ({ close }, target) => {
      for (let i = 0; i < close.length; i++) target[i] = directions[bar++] as number;
    };
  });
}

/** No costs, filled at the close. */
export const free: BacktestConfig = { ...backtestDefaults, feeBps: 0 };

export const day = 86_400_000;
export const start = Date.UTC(2020, 0, 1);

/** Daily times from 2020-01-01. */
export function days(count: number): number[] {
  return Array.from({ length: count }, (_, i) => start + i * day);
}

/** Daily bars with no open under given directions. */
export function simulated(
  close: readonly number[],
  directions: readonly number[],
  config: Partial<BacktestConfig> = free,
  options: { readonly blockLength?: number } = {},
): SymbolResult {
  const series = memorySeries("X", { timestamp: days(close.length), close: [...close] });
  return backtestSeries(series, { strategy: given(directions), config, ...options });
}
