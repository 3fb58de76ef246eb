import type { RandomEntries } from "./entry-sums.ts";
import type { ReturnBootstrap } from "./return-bootstrap.ts";
import type { CostSensitivity } from "./trading-costs.ts";

/** A test of one backtest. */
export type LuckTest = "randomEntry" | "bootstrap" | "costs";

/** Whether luck is excluded for one backtest that was chosen before it was seen. */
export interface LuckVerdict {
  /** Whether no test failed, and all have a result. */
  readonly survives: boolean;
  /** The tests that fail or have no result, in the order random entries, bootstrap, costs. */
  readonly failed: readonly LuckTest[];
}

/** What the tests of a backtest found; undefined if one has no result. */
export interface LuckTests {
  /** Against entries at random; undefined if it has no result. */
  readonly randomEntry: Pick<RandomEntries, "p"> | undefined;
  /** Against returns centred at 0; undefined if it has no result. */
  readonly bootstrap: Pick<ReturnBootstrap, "p"> | undefined;
  /** Under higher costs; undefined if it has no result. */
  readonly costs: Pick<CostSensitivity, "breakEven"> | undefined;
}

/**
 * A backtest survives if the p-value of random entries is at most 0.025, that of the bootstrap at most 0.05, and its
 * costs could be twice as high before nothing is left. All must hold, so each test alone bounds false survivals.
 */
export function luckVerdict({ randomEntry, bootstrap, costs }: LuckTests): LuckVerdict {
  const passed: Readonly<Record<LuckTest, boolean>> = {
    // Less than for the bootstrap: how long trades are held depends on their outcome, which lowers p-values.
    randomEntry: randomEntry !== undefined && randomEntry.p <= 0.025,
    bootstrap: bootstrap !== undefined && bootstrap.p <= 0.05,
    costs: costs?.breakEven !== undefined && costs.breakEven >= 2,
  };
  const failed = (["randomEntry", "bootstrap", "costs"] as const).filter((test) => !passed[test]);
  return { survives: failed.length === 0, failed };
}
