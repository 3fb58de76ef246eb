import { yearsBetween } from "../../base/calendar.ts";
import { validateBacktestConfig } from "../../base/configuration.ts";
import { type ManyResults, returnTerms } from "./many-results.ts";
import { createManySimulator, type ManyBars, type ManySimulatorOptions } from "./many-simulator.ts";

/** Options of {@link simulateMany}. */
export type SimulateManyOptions = Omit<ManySimulatorOptions, "accounts" | "targetReturn">;

/**
 * Simulates many accounts over the same prices at once, one per column of directions: all-in, with costs in basis
 * points. Every figure is bit-identical to that of a separate `createSimulator` and `metricsOf`. An account takes 176
 * bytes besides its directions.
 *
 * @throws what {@link createManySimulator} and its `push` throw
 */
export function simulateMany(bars: ManyBars, options: SimulateManyOptions = {}): ManyResults {
  const { timeUnit = "ms" } = options;
  const { times } = bars;
  const { length } = times;
  const years = length === 0 ? 0 : yearsBetween(times[0], times[length - 1], timeUnit);
  const { targetReturn } = returnTerms(validateBacktestConfig(options.config ?? {}), length, years);
  const simulator = createManySimulator({ ...options, accounts: bars.directions.length, targetReturn });
  simulator.push(bars);
  return simulator.results();
}
