import type { SweepConfiguration } from "@atc/sweep";
import { runsInLanes } from "../evaluate/lanes/lane-accounts.ts";
import { mostRows, type UnitWidths } from "./stored-unit.ts";
import type { SweepSetup } from "./sweep-setup.ts";

/** Chooses the number of configurations of a task, from the time that earlier tasks took. */
export interface UnitSizes {
  /** Configurations of the next unit. */
  readonly next: number;
  /**
   * Whether fewer configurations than that are divided among the free threads. Threads share no signals: two of them
   * take as long for 1,000 configurations as one, and twice its processor time.
   */
  readonly areDivided: boolean;
  /** Reports a finished unit. */
  finished(configurations: number, ms: number): void;
}

/** What sizes depend on. */
export interface UnitSizesOptions extends UnitWidths {
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
export function unitSizes({ rows, areShared, ...widths }: UnitSizesOptions): UnitSizes {
  const wanted = areShared ? wantedSharedMs : wantedMs;
  const bounded = (size: number): number => Math.max(1, Math.min(Math.floor(size), mostRows(widths)));
  const first = areShared ? bounded((wanted * 1e6) / (leastNs * Math.max(1, rows))) : 1;
  let largest = 0;
  let costMs: number | undefined;
  return {
    areDivided: !areShared,
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

/**
 * The sizes of the units of a sweep.
 *
 * @param base - a configuration that differs from the others in keys of the axes only; undefined if none is valid
 */
export function unitSizesOf(
  { rows, symbols, computed, keepsSymbols, strategy }: SweepSetup,
  base: SweepConfiguration | undefined,
): UnitSizes {
  return unitSizes({
    rows,
    metrics: computed.length,
    symbolMetrics: keepsSymbols ? symbols.length * computed.length : 0,
    // Strategies have no signals to share.
    areShared: strategy.traits === undefined && base !== undefined && runsInLanes(base, computed),
  });
}
