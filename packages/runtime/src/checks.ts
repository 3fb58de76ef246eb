/**
 * Checks strategies and market data, and explains single bars. It is an entry of its own, so that a program without
 * checks does not load its modules.
 *
 * @packageDocumentation
 */
export {
  type CheckOptions,
  checkLookahead,
  checkWarmup,
  type DecisionChecks,
  type LookaheadCheckOptions,
  type WarmupCheckOptions,
} from "./checks/check-decisions.ts";
export {
  checkMarketData,
  type DataCheck,
  type DataCheckOptions,
  type DataFinding,
  type DataFindingKind,
} from "./checks/check-market-data.ts";
export {
  type AccountState,
  type BarExplanation,
  type BarPlace,
  type EndedTrade,
  explainBar,
  explainBars,
  explainedColumns,
} from "./checks/explain-bars.ts";
export { type DecisionScan, type LatestDecision, latestDecisions } from "./checks/latest-decisions.ts";
export type { ExplainedFill } from "./checks/position-at.ts";
