import { type CurveReader, isoTime, type SkippedSymbol, type TimeUnit } from "@atc/backtest";
import { openBacktest, type RunBacktestOptions } from "../backtest/run-backtest.ts";
import type { Runtime } from "../wiring/runtime.ts";
import { decisionAt, timeAt } from "./recorded-rows.ts";

/** What a strategy decided at the last bar of a symbol. Plain data. */
export interface LatestDecision {
  /** The symbol. */
  readonly symbol: string;
  /** The time of its last bar, ISO 8601. */
  readonly time: string;
  /** The close of that bar; null in a shared account. */
  readonly close: number | null;
  /** -1 short, 0 flat, 1 long. */
  readonly direction: number;
  /** The strength or the target weight, if the account reads it; else null. */
  readonly strength: number | null;
  /** The time of the bar from which on every decision has this direction, ISO 8601. */
  readonly since: string;
  /** Whether that is the first bar, so that the direction may be older. */
  readonly isSinceStart: boolean;
  /** Number of bars with a decision. */
  readonly bars: number;
  /** What the strategy and the data give rise to, one sentence each. */
  readonly warnings: readonly string[];
}

/** The latest decisions for all symbols. */
export interface DecisionScan {
  /** The data as it was given. */
  readonly path: string;
  /** The name of the dataset that holds the rows. */
  readonly dataset: string;
  /** The symbols, sorted by UTF-16 code unit. */
  readonly symbols: readonly LatestDecision[];
  /** Symbols that could not be computed, each with its reason. */
  readonly skipped: readonly SkippedSymbol[];
  /** Symbols whose decisions came from the cache. */
  readonly cachedSymbols: number;
}

/** Rows that are read at once. */
const portion = 8192;

/** The first row from which on all directions equal the last one. */
function sinceRow(reader: CurveReader, last: number): number {
  const directions = new Int8Array(portion);
  for (let end = reader.bars; end > 0; end -= portion) {
    const start = Math.max(0, end - portion);
    const block = directions.subarray(0, end - start);
    reader.directions(start, block);
    for (let i = block.length - 1; i >= 0; i--) if (block[i] !== last) return start + i + 1;
  }
  return 0;
}

function latestOf(
  { config }: Runtime,
  reader: CurveReader,
  {
    symbol,
    unit,
    warnings,
  }: { readonly symbol: string; readonly unit: TimeUnit; readonly warnings: readonly string[] },
): LatestDecision {
  const row = reader.bars - 1;
  const { direction, strength = null } = decisionAt(reader, row, config.signal);
  const since = sinceRow(reader, direction);
  const close = new Float64Array(1);
  const hasClose = reader.columns.includes("close");
  if (hasClose) reader.column("close", row, close);
  return {
    symbol,
    time: isoTime(timeAt(reader, row), unit),
    close: hasClose ? (close[0] as number) : null,
    direction,
    strength,
    since: isoTime(timeAt(reader, since), unit),
    isSinceStart: since === 0,
    bars: reader.bars,
    warnings,
  };
}

/**
 * What the configured strategy, or a file of decisions, decided at the last bar of each symbol: what to hold from the
 * next bar on. They are the decisions of a backtest, from the cache if it has them. The simulation's exits are not
 * among them.
 *
 * @throws what `openBacktest` throws
 */
export async function latestDecisions(
  runtime: Runtime,
  data: string | undefined,
  options: Omit<RunBacktestOptions, "recorded" | "columns" | "fills" | "metrics"> = {},
): Promise<DecisionScan> {
  using run = await openBacktest(runtime, data, {
    ...options,
    curves: true,
    recorded: ["strength", "entry", "close"],
  });
  const { accounts, shared, decisions, figures } = run.curves;
  const own = accounts.map(({ figures: { symbol, timeUnit, warnings }, curves }) =>
    latestOf(runtime, curves, { symbol, unit: timeUnit, warnings }),
  );
  const contributions = shared === undefined || decisions === undefined ? [] : (figures.contributions ?? []);
  const together = contributions.map(({ symbol, warnings }) =>
    latestOf(runtime, decisions?.(symbol) as CurveReader, { symbol, unit: shared?.timeUnit ?? "ms", warnings }),
  );
  return {
    path: run.report.data.path,
    dataset: run.dataset,
    symbols: [...own, ...together],
    skipped: run.report.skipped,
    cachedSymbols: run.cachedSymbols,
  };
}
