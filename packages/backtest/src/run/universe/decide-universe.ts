import { type BacktestConfig, type Dataset, throwIfAborted } from "@atc/contract";
import { byCodeUnit } from "../../base/code-unit-order.ts";
import { periodRows } from "../../base/period.ts";
import type { BoundUniverseStrategy } from "../../strategy/universe-strategy.ts";
import type { BacktestIntoOptions } from "../backtest.ts";
import { createBarCounter, drive } from "../bar-counter.ts";
import type { SymbolDecisions } from "../decide-series.ts";
import { type SkippedSymbol, skippedBy } from "../skipped-symbol.ts";
import { type ReadableSymbol, readableSteps } from "./readable-symbol.ts";
import { universeSteps } from "./universe-steps.ts";

/** What a strategy that sees all symbols returned, besides its decisions, which are in the store of curves. */
export interface UniverseDecisions {
  /** Its warnings, one sentence each. */
  readonly warnings: readonly string[];
}

/**
 * Asks a cache or another thread for the decisions of some symbols.
 *
 * @param symbols - the symbols that the strategy sees, sorted by UTF-16 code unit, with what is known of their bars
 * @param compute - decides on this thread
 */
export type RememberUniverse = (
  symbols: readonly ReadableSymbol[],
  compute: () => Promise<UniverseDecisions>,
) => Promise<UniverseDecisions>;

/** The run of a strategy that sees all symbols. */
export interface UniverseBacktest {
  readonly dataset: Dataset;
  readonly options: BacktestIntoOptions;
  /** A valid configuration. */
  readonly config: BacktestConfig;
  readonly strategy: BoundUniverseStrategy;
}

/** Decides for all symbols at once. Symbols with invalid data are left out before the strategy starts. */
export async function decideUniverse({ dataset, options, config, strategy }: UniverseBacktest): Promise<{
  readonly results: readonly SymbolDecisions[];
  readonly skipped: readonly SkippedSymbol[];
  readonly warnings: readonly string[];
}> {
  const { limit, period, signal, curves, onProgress, rememberUniverse = (_symbols, compute) => compute() } = options;
  const given = { strategy, config, limit, period, signal };
  const names = [...new Set(options.symbols ?? dataset.symbols())].toSorted(byCodeUnit);
  const all = names.map((name) => dataset.series(name));
  const total = all.reduce((sum, series) => {
    const { start, to } = periodRows(series, { limit, period });
    return sum + to - start;
  }, 0);
  const checks = createBarCounter(total, undefined);
  const readable: ReadableSymbol[] = [];
  const skipped: SkippedSymbol[] = [];
  for (const series of all) {
    try {
      readable.push(await drive(readableSteps(series, given), checks));
    } catch (error) {
      skipped.push(skippedBy(error, series.symbol));
    }
    await checks.finish(0);
    throwIfAborted(signal);
  }
  if (readable.length === 0) return { results: [], skipped, warnings: [] };
  const { warnings } = await rememberUniverse(readable, async () => {
    const counter = createBarCounter(total, onProgress);
    const symbols = readable.map(({ before, decisions: { symbol, bars } }) => ({ symbol, before, bars }));
    const decided = await drive(universeSteps(dataset, symbols, { ...given, curves }), counter);
    await counter.finish(total);
    return { warnings: decided };
  });
  return { results: readable.map(({ decisions }) => decisions), skipped, warnings };
}
