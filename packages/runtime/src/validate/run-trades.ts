import { allocateTrades, type CurveReader, fillReasons, mergeTrades, type Trades } from "@atc/backtest";
import type { EntryTrade } from "@atc/sweep";
import type { JudgedRun } from "./judged-run.ts";

/** A trade by the times of its fills. */
interface TimedTrade extends Omit<EntryTrade, "entryBar"> {
  readonly entryTime: bigint;
  readonly exitTime: bigint;
}

/** Trades per read. */
const portion = 8192;

/** Calls `visit` for all trades of a reader, with the place of the symbol of each. */
function eachTrade(curves: CurveReader, visit: (rows: Trades, row: number, place: number) => void): void {
  const places = new Int32Array(portion);
  for (let from = 0; from < curves.trades; from += portion) {
    const count = Math.min(portion, curves.trades - from);
    const rows = allocateTrades(count);
    curves.readTrades(from, rows, places.subarray(0, count));
    for (let row = 0; row < count; row++) visit(rows, row, places[row] as number);
  }
}

function timedTrade(rows: Trades, row: number): TimedTrade {
  return {
    entryTime: rows.entryTime[row] as bigint,
    exitTime: rows.exitTime[row] as bigint,
    barsHeld: rows.barsHeld[row] as number,
    direction: rows.direction[row] as number,
    reason: fillReasons[rows.reason[row] as number] as string,
    open: rows.open[row] === 1,
  };
}

/** The first bar at a time or later. */
function barFrom(times: BigInt64Array, time: bigint): number {
  let [low, high] = [0, times.length];
  while (low < high) {
    const middle = (low + high) >>> 1;
    if ((times[middle] as bigint) < time) low = middle + 1;
    else high = middle;
  }
  return low;
}

/**
 * The bar of an entry. If ticks share its time, it is the first of them that is not before `least`, and from which on
 * the exit has its time.
 */
function entryBar(times: BigInt64Array, { entryTime, exitTime, barsHeld }: TimedTrade, least: number): number {
  const first = Math.max(least, barFrom(times, entryTime));
  for (let bar = first; times[bar] === entryTime; bar++) if (times[bar + barsHeld] === exitTime) return bar;
  return first;
}

/** The trades of a run, symbol by symbol. */
export interface RunTrades {
  /** The trades of the symbol at a place, whose bars have these times. */
  of(place: number, times: BigInt64Array): readonly EntryTrade[];
}

/** Reads the trades of a run. Those of a shared account are in memory together. */
export function runTrades({ curves: { shared, accounts } }: JudgedRun): RunTrades {
  const bySymbol = shared?.symbols.map((): TimedTrade[] => []);
  if (shared !== undefined && bySymbol !== undefined)
    eachTrade(shared.curves, (rows, row, place) => bySymbol[place]?.push(timedTrade(rows, row)));

  function timed(place: number): readonly TimedTrade[] {
    if (bySymbol !== undefined) return bySymbol[place] ?? [];
    const trades: TimedTrade[] = [];
    const account = accounts[place];
    if (account !== undefined) eachTrade(account.curves, (rows, row) => void trades.push(timedTrade(rows, row)));
    return trades;
  }

  return {
    of(place, times) {
      let least = 0;
      return timed(place).map((trade) => {
        const { barsHeld, direction, reason, open } = trade;
        const bar = entryBar(times, trade, least);
        least = bar + barsHeld;
        return { entryBar: bar, barsHeld, direction, reason, open };
      });
    },
  };
}

/** What closed trades came to, in the order in which they ended. */
export interface TradeOutcomes {
  readonly outcomes: Float64Array;
  /** Whether an outcome is a return, by which equity grows, or a profit in money. */
  readonly compound: boolean;
}

/**
 * Whether every trade puts the whole equity of the run into one position: then its return is that of the equity. If
 * not, profits in money add up.
 */
function isAllIn({ symbols, config: { sizing, signal, maxLeverage } }: JudgedRun): boolean {
  return (
    symbols.length === 1 && (sizing === "allIn" || (sizing === undefined && signal !== "weight" && maxLeverage >= 1))
  );
}

/** The outcomes of the closed trades of all accounts. Returns of trades without a price are left out. */
export function tradeOutcomes(run: JudgedRun): TradeOutcomes {
  const { shared, accounts } = run.curves;
  const compound = isAllIn(run);
  const sources = shared === undefined ? accounts.map(({ curves }) => curves) : [shared.curves];
  const count = sources.reduce((sum, { trades }) => sum + trades, 0);
  // Each of several accounts was computed with the whole capital, of which it has a part.
  const scale = 1 / Math.max(1, accounts.length);
  const outcomes = new Float64Array(count);
  let kept = 0;
  mergeTrades(sources, (rows) => {
    for (let row = 0; row < rows.length; row++) {
      if (rows.open[row] === 1) continue;
      const outcome = compound ? (rows.return[row] as number) : (rows.profit[row] as number) * scale;
      if (!Number.isNaN(outcome)) outcomes[kept++] = outcome;
    }
  });
  return { outcomes: outcomes.slice(0, kept), compound };
}
