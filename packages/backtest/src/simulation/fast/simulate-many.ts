import { yearsBetween } from "../../base/calendar.ts";
import { validateBacktestConfig } from "../../base/configuration.ts";
import type { ManyResults } from "./many-results.ts";
import { createManySimulator, type ManyBars, type ManySimulatorOptions } from "./many-simulator.ts";

/** Options of {@link simulateMany}. */
export type SimulateManyOptions = Omit<ManySimulatorOptions, "accounts" | "targetReturn">;

/**
 * Simulates many accounts over the same prices at once, one per column of directions: all-in, with costs in basis
 * points. Every figure is bit-identical to that of a separate `createSimulator` and `metricsOf`. An account takes 170
 * bytes besides its directions.
 *
 * @throws what {@link createManySimulator} and its `push` throw
 */
export function simulateMany(bars: ManyBars, options: SimulateManyOptions = {}): ManyResults {
  const { riskFreeRate } = validateBacktestConfig(options.config ?? {});
  const { times } = bars;
  const returns = times.length - 1;
  const targetReturn =
    riskFreeRate === 0 || returns < 1
      ? 0
      : riskFreeRate / (returns / yearsBetween(times[0], times[returns], options.timeUnit ?? "ms"));
  const simulator = createManySimulator({ ...options, accounts: bars.directions.length, targetReturn });
  simulator.push(bars);
  return simulator.results();
}
