import type { BacktestConfig, Series } from "@atc/contract";
import { type Period, periodRows } from "../base/period.ts";
import { wantedDecisions } from "../decisions/wanted-decisions.ts";
import type { BarColumn, CurveReader } from "../results/curves.ts";
import type { Strategy } from "../strategy/strategy.ts";
import { type BarCursor, openBarCursor, type WindowColumns } from "./bar-cursor.ts";
import { priceColumns, type ReadColumns, readColumns } from "./read-columns.ts";

/**
 * Whether an account of half the capital has half the figures. If it does not, an account of the whole capital says
 * nothing about the account of a portfolio.
 */
export function scalesWithCapital(config: BacktestConfig): boolean {
  const { feePerTrade, minFee, lotSize, minNotional, sizing } = config;
  const isFixed = sizing === "fixedNotional" || sizing === "fixedQuantity";
  return feePerTrade === 0 && minFee === 0 && lotSize === 0 && minNotional === 0 && !isFixed;
}

/**
 * The columns that curves need so that accounts can be simulated again from them: those of one account that all symbols
 * share, or of accounts of a part of the capital.
 */
export function decisionColumns(config: BacktestConfig, symbols: number): readonly BarColumn[] {
  const isAgain = config.account === "shared" || (symbols > 1 && !scalesWithCapital(config));
  if (!isAgain) return [];
  const wanted = wantedDecisions(config);
  if (wanted.includes("longEntry")) return ["entry"];
  return wanted.length > 0 ? ["strength"] : [];
}

/** A symbol whose decisions are known. */
export interface DecidedSymbol {
  readonly series: Series;
  readonly decisions: CurveReader;
}

/** Options of {@link symbolCursor}. */
export interface SymbolCursorOptions {
  readonly strategy: Strategy;
  /** A valid configuration. */
  readonly config: BacktestConfig;
  readonly limit: number | undefined;
  readonly period: Period | undefined;
}

/** The bars of a symbol with its decisions, and which columns they have. */
export interface SymbolCursor {
  readonly cursor: BarCursor;
  readonly columns: ReadColumns;
  readonly window: WindowColumns;
}

/** Opens a cursor over the bars of a symbol's curve. */
export function symbolCursor({ series, decisions }: DecidedSymbol, options: SymbolCursorOptions): SymbolCursor {
  const { strategy, config, limit, period } = options;
  const columns = priceColumns(readColumns(series, strategy, config));
  const rows = periodRows(series, { limit, period });
  const cursor = openBarCursor(series, { columns, policy: config.invalidPrices, rows, decisions });
  const stored = decisionColumns(config, 2);
  const prices = columns.timeUnit === "ns" ? [] : [...columns.prices, ...columns.excursions];
  const window = { prices, strengths: stored.includes("strength"), entries: stored.includes("entry") };
  return { cursor, columns, window };
}
