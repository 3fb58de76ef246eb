import type { CurveReader } from "@atc/backtest";
import { AtcError, type Dataset } from "@atc/contract";
import { openBacktest } from "../backtest/run-backtest.ts";
import { decisionAt, rowFrom, timeAt } from "../checks/recorded-rows.ts";
import type { Runtime } from "../wiring/runtime.ts";
import type { DatasetFollower, DirectionEvent, FollowFailure } from "./follow-dataset.ts";
import type { FollowedSymbol, WatchState } from "./watch-state.ts";

/** Notes about the files that decide. Those about the rows of the dataset are not of a watch. */
const noteKinds: ReadonlySet<string> = new Set(["signals", "universe"]);

/** The decisions of a symbol at all of its bars. */
interface DecidedSymbol {
  readonly symbol: string;
  readonly curves: CurveReader;
}

/** The directions from the last known bar on, as changes. */
function changesOf(
  { config }: Runtime,
  { symbol, curves }: DecidedSymbol,
  before: FollowedSymbol | undefined,
): { readonly now: FollowedSymbol; readonly events: readonly DirectionEvent[] } {
  const last = curves.bars - 1;
  // Of bars that were replaced, only the last known one and those after it can be news.
  const from = before === undefined ? last : rowFrom(curves, BigInt(before.lastTime));
  const events: DirectionEvent[] = [];
  const directions = new Int8Array(curves.bars - from);
  curves.directions(from, directions);
  const close = new Float64Array(1);
  const hasClose = curves.columns.includes("close");
  let previous = before?.direction ?? 0;
  for (const [i, direction] of directions.entries()) {
    if (direction !== previous && before !== undefined) {
      const row = from + i;
      if (hasClose) curves.column("close", row, close);
      const { strength } = decisionAt(curves, row, config.signal);
      events.push({
        symbol,
        time: Number(timeAt(curves, row)),
        direction,
        previous,
        ...(strength === undefined ? {} : { strength }),
        ...(hasClose ? { close: close[0] as number } : {}),
      });
    }
    previous = direction;
  }
  const now = { rows: curves.bars, lastTime: Number(timeAt(curves, last)), direction: previous, sums: [] };
  return { now, events };
}

/**
 * Follows the decisions of the configured strategy, or of a file of decisions. Each pass is a backtest of all bars: the
 * state of a strategy is in its code, so it cannot be stored and continued by another process.
 */
export function createDecisionFollower(runtime: Runtime, from: WatchState | undefined): DatasetFollower {
  const known = new Map(from?.symbols);
  let isNoted = false;
  // Each pass has other rows, so what it stored would never be found.
  const uncached: Runtime = { ...runtime, usesCache: false };

  /** Runs the strategy over a generation of the dataset. The caller disposes the result. */
  async function decide({ manifest }: Dataset, signal: AbortSignal | undefined) {
    const run = await openBacktest(uncached, manifest.name, {
      curves: true,
      recorded: ["strength", "entry", "close"],
      generation: manifest.generation,
      signal,
    });
    const { accounts, decisions, figures } = run.curves;
    const together = decisions === undefined ? [] : (figures.contributions ?? []);
    const decided: readonly DecidedSymbol[] = [
      ...accounts.map(({ figures: { symbol }, curves }) => ({ symbol, curves })),
      ...together.map(({ symbol }) => ({ symbol, curves: decisions?.(symbol) as CurveReader })),
    ];
    return { run, decided };
  }

  return {
    async follow(dataset, { isSame, signal }) {
      if (isSame && known.size > 0) return { events: [], failures: [], notes: [] };
      const { run, decided } = await decide(dataset, signal);
      using _ = run;
      const events: DirectionEvent[] = [];
      for (const one of decided) {
        const changes = changesOf(runtime, one, known.get(one.symbol));
        events.push(...changes.events);
        known.set(one.symbol, changes.now);
      }
      events.sort((a, b) => a.time - b.time || (a.symbol < b.symbol ? -1 : 1));
      const failures = run.report.skipped.map(
        ({ symbol, code, reason }): FollowFailure => ({ symbol, error: new AtcError(code, reason) }),
      );
      // Later bars change the counts of a note only, so a watch says it once.
      const notes = isNoted ? [] : run.report.notes.filter(({ kind }) => noteKinds.has(kind)).map(({ text }) => text);
      isNoted = true;
      return { events, failures, notes };
    },
    directions: () => new Map(Array.from(known, ([symbol, { direction }]) => [symbol, direction])),
    state: () => ({ symbols: new Map(known), snapshot: new Uint8Array() }),
    [Symbol.dispose]: () => undefined,
  };
}
