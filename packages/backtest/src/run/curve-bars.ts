import type { BacktestConfig } from "@atc/contract";
import type { Period } from "../base/period.ts";
import type { StrategyDescription } from "../strategy/strategy-description.ts";
import { type DecidedSymbol, symbolCursor } from "./account-symbols.ts";
import { allocateWindow, partOfWindow } from "./bar-cursor.ts";

/** The next bars of a curve. Valid until the next ones. */
export interface CurveBars {
  /** Times in the series' unit. */
  readonly times: BigInt64Array;
  /** Closing prices. */
  readonly close: Float64Array;
  /** Opening prices, if the series has them. Ticks have only closes. An invalid one becomes another of its bar. */
  readonly open?: Float64Array | undefined;
  /** Highest prices, likewise. */
  readonly high?: Float64Array | undefined;
  /** Lowest prices, likewise. */
  readonly low?: Float64Array | undefined;
}

/** Options of {@link curveBars}. */
export interface CurveBarsOptions {
  /** What decided; its code does not run. */
  readonly strategy: StrategyDescription;
  /** The configuration of the run, complete. */
  readonly config: BacktestConfig;
  /** The most bars per symbol of the run. */
  readonly limit: number | undefined;
  /** The period of the run. */
  readonly period: Period | undefined;
}

const windowRows = 16_384;

/** Reads the prices of the bars of a symbol's curve again, block by block. */
export function* curveBars(symbol: DecidedSymbol, options: CurveBarsOptions): Generator<CurveBars, void, void> {
  const { cursor, window: names } = symbolCursor(symbol, options);
  const window = allocateWindow(Math.min(windowRows, Math.max(1, symbol.decisions.bars)), names);
  for (let count = cursor.next(window); count > 0; count = cursor.next(window)) {
    const { times, close, open, high, low } = partOfWindow(window, 0, count);
    yield { times, close, open, high, low };
  }
}
