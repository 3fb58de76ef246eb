import type { CostSensitivity, LuckTest, RandomEntries, ReturnBootstrap, TradePaths } from "@atc/sweep";

/** What the tests of a backtest found. A test without a result is undefined. */
export interface BacktestTests {
  /** Its closed trades, drawn with replacement. */
  readonly bootstrapTrades: TradePaths | undefined;
  /** Its closed trades in another order. */
  readonly permutedTrades: TradePaths | undefined;
  /** Its trades, entered at random. */
  readonly randomEntry: RandomEntries | undefined;
  /** Its bar returns, drawn in blocks. */
  readonly bootstrap: ReturnBootstrap | undefined;
  /** Its accounts with other costs; undefined if no symbol could be computed. */
  readonly costs: CostSensitivity | undefined;
}

/** The tests of a run without a computed symbol. */
export const noTests: BacktestTests = {
  bootstrapTrades: undefined,
  permutedTrades: undefined,
  randomEntry: undefined,
  bootstrap: undefined,
  costs: undefined,
};

/** Seconds by test. */
export type TestSeconds = Readonly<Partial<Record<LuckTest | "trades", number>>>;
