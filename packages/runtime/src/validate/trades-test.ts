import { createPacer } from "@atc/plugin-kit";
import { createTradePaths, type TradePaths } from "@atc/sweep";
import type { BacktestTests } from "./backtest-tests.ts";
import type { JudgedRun } from "./judged-run.ts";
import { tradeOutcomes } from "./run-trades.ts";
import { samplesAtOnce } from "./sample-runner.ts";
import type { LuckSettings } from "./validation-options.ts";

/** Steps of a path per trade, each of which takes as long as a bar of the bootstrap. */
const stepsPerTrade = 3;

/** Monte Carlo of the closed trades of a run, on this thread, which yields between paths. */
export async function testTrades(
  run: JudgedRun,
  { samples, seed, ruin }: LuckSettings,
  signal: AbortSignal | undefined,
): Promise<Pick<BacktestTests, "bootstrapTrades" | "permutedTrades">> {
  const { outcomes, compound } = tradeOutcomes(run);
  const { initialCapital } = run.config;
  const pacer = createPacer({ signal });
  const most = samplesAtOnce(stepsPerTrade * outcomes.length);
  const paths = async (method: "bootstrap" | "permutation"): Promise<TradePaths | undefined> => {
    const draws = createTradePaths({ outcomes, initialCapital, method, compound, ruin, samples, seed });
    for (let drawn = 0; draws !== undefined && drawn < samples; drawn += most) {
      draws.draw(most);
      await pacer.pause();
    }
    return draws?.result();
  };
  return { bootstrapTrades: await paths("bootstrap"), permutedTrades: await paths("permutation") };
}
