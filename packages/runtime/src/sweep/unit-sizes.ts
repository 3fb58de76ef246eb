import { mostConfigurations } from "./stored-evaluations.ts";

/** Chooses the number of configurations of a task, from the time that earlier tasks took. */
export interface UnitSizes {
  /** Configurations of the next unit. */
  readonly next: number;
  /** Reports a finished unit. */
  finished(configurations: number, ms: number): void;
}

/** What sizes depend on. */
export interface UnitSizesOptions {
  /** Rows of all symbols. */
  readonly rows: number;
  /** Whether configurations share signals and run in lanes, so that a large unit costs less per configuration. */
  readonly areShared: boolean;
}

/**
 * The time that a unit should take: short enough to lose little if the process is killed. Shared work needs more: 1,000
 * configurations in one unit take a third of the time that they take in ten.
 */
const wantedMs = 1000;
const wantedSharedMs = 3000;

/** The least time of a configuration and row in lanes, in ns. */
const leastNs = 12;

/** A unit is at most so many times as large as the largest before it: the first ones also load code. */
const mostGrowth = 4;

/** Only times depend on sizes: results and their order do not. */
export function unitSizes({ rows, areShared }: UnitSizesOptions): UnitSizes {
  const wanted = areShared ? wantedSharedMs : wantedMs;
  const bounded = (size: number): number => Math.max(1, Math.min(Math.floor(size), mostConfigurations));
  const first = areShared ? bounded((wanted * 1e6) / (leastNs * Math.max(1, rows))) : 1;
  let largest = 0;
  let costMs: number | undefined;
  return {
    get next() {
      if (costMs === undefined) return first;
      return bounded(Math.min(wanted / Math.max(costMs, 1e-3), mostGrowth * largest));
    },
    finished(configurations, ms) {
      largest = Math.max(largest, configurations);
      const cost = ms / configurations;
      // The newest unit counts most: larger units share more work.
      costMs = costMs === undefined ? cost : 0.3 * costMs + 0.7 * cost;
    },
  };
}
