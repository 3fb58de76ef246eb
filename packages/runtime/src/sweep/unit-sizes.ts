import { mostConfigurations } from "./stored-evaluations.ts";

/** Chooses how many configurations a task evaluates, from the time that earlier tasks took. */
export interface UnitSizes {
  /** Configurations of the next unit. */
  readonly next: number;
  /** The time of a configuration in ms; undefined before the first unit is finished. */
  readonly costMs: number | undefined;
  /** Reports a finished unit. */
  finished(configurations: number, ms: number): void;
}

/** The time that a unit should take: short enough to lose little if the process is killed. */
const wantedMs = 1000;

/** A unit is at most so many times as large as the largest before it: the first ones also load code. */
const mostGrowth = 4;

/** Starts with units of one configuration. Only times depend on sizes: results and their order do not. */
export function unitSizes(): UnitSizes {
  let largest = 0;
  let costMs: number | undefined;
  return {
    get next() {
      if (costMs === undefined) return 1;
      const wanted = Math.floor(wantedMs / Math.max(costMs, 1e-3));
      return Math.max(1, Math.min(wanted, mostGrowth * largest, mostConfigurations));
    },
    get costMs() {
      return costMs;
    },
    finished(configurations, ms) {
      largest = Math.max(largest, configurations);
      const cost = ms / configurations;
      // The newest unit counts most: larger units share more work.
      costMs = costMs === undefined ? cost : 0.3 * costMs + 0.7 * cost;
    },
  };
}
