import { type BacktestConfig, throwIfAborted } from "@atc/contract";
import type { CurveReader, CurveSink } from "../results/curves.ts";
import type { SimulatedAccount } from "../simulation/account-rows.ts";
import { createSimulator } from "../simulation/simulator.ts";
import { readsHistory } from "../simulation/terms.ts";
import { type DecidedSymbol, type SymbolCursorOptions, symbolCursor } from "./account-symbols.ts";
import { allocateWindow, partOfWindow } from "./bar-cursor.ts";
import { accountRows } from "./row-merge.ts";

/** Options of {@link resimulateSteps}. */
export interface ResimulateOptions extends SymbolCursorOptions {
  /** Money at the start. */
  readonly capital: number;
  /** Keys of the simulation that replace those with which the decisions were made. Default: none. */
  readonly costs?: Partial<BacktestConfig> | undefined;
  /** Receives the curve and the trades. */
  readonly sink: CurveSink;
  readonly signal: AbortSignal | undefined;
}

/** An account that was simulated again. */
export interface ResimulatedAccount {
  readonly account: SimulatedAccount;
  readonly curves: CurveReader;
}

const windowRows = 16_384;

/**
 * Simulates an account of another capital, or with other costs, from stored decisions; only prices are read again.
 * Yields after every window of bars.
 */
export function* resimulateSteps(
  symbol: DecidedSymbol,
  options: ResimulateOptions,
): Generator<undefined, ResimulatedAccount, void> {
  const { config, costs, capital, sink, signal } = options;
  const { cursor, columns, window: names } = symbolCursor(symbol, options);
  const account = createSimulator(
    { ...config, ...costs, initialCapital: capital },
    { symbol: symbol.series.symbol, timeUnit: columns.timeUnit, onTrades: (trades) => sink.takeTrades(trades) },
  );
  if (readsHistory(config)) for (const rows of cursor.history()) account.warmUp(rows);
  const window = allocateWindow(Math.min(windowRows, Math.max(1, symbol.decisions.bars)), names);
  for (let count = cursor.next(window); count > 0; count = cursor.next(window)) {
    const rows = accountRows(partOfWindow(window, 0, count));
    const room = sink.room(count);
    account.push(rows, { times: rows.times, equity: room.equity.subarray(0, count) });
    room.times.set(rows.times);
    room.directions.set(rows.directions);
    sink.takeBars(count);
    yield undefined;
    throwIfAborted(signal);
  }
  const totals = account.totals();
  account.finish();
  return { account: totals, curves: sink.finish() };
}
