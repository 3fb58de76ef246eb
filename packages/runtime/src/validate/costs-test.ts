import { returnWithCosts, sharedAccountName } from "@atc/backtest";
import { type CostSensitivity, costSensitivity } from "@atc/sweep";
import type { CurveFolders } from "../evaluate/evaluation-curves.ts";
import { openSpool, type Spool } from "../spool/open-spool.ts";
import { decisionsOf, type JudgedRun } from "./judged-run.ts";

/** Opens a store for the accounts of a run. Its memory is used again by each simulation. */
function openAccounts(run: JudgedRun, folders: CurveFolders): Spool {
  const sized = run.symbols.map((symbol) => ({ symbol, bars: decisionsOf(run, symbol).bars }));
  const bars = sized.reduce((sum, one) => sum + one.bars, 0);
  const symbols = run.config.account === "shared" ? [{ symbol: sharedAccountName, bars }] : sized;
  return openSpool({ symbols, ...folders });
}

/** What the test of costs reports and obeys. */
export interface CostsControl extends CurveFolders {
  readonly signal: AbortSignal | undefined;
  /** Called before each simulation. */
  readonly onRun: () => void;
}

/** Simulates the accounts of a run again with multiples of its costs. */
export async function testCosts(run: JudgedRun, { signal, onRun, ...folders }: CostsControl): Promise<CostSensitivity> {
  using accounts = openAccounts(run, folders);
  const { dataset, config, strategy, symbols, limit, period } = run;
  const decisions = (symbol: string) => decisionsOf(run, symbol);
  const { curves } = accounts;
  return await costSensitivity(config, async (costs) => {
    onRun();
    return await returnWithCosts(dataset, {
      strategy,
      config,
      costs,
      symbols,
      decisions,
      limit,
      period,
      curves,
      signal,
    });
  });
}
