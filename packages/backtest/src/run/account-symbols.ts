import type { BacktestConfig, Series } from "@atc/contract";
import { type Period, periodRows } from "../base/period.ts";
import { wantedDecisions } from "../decisions/wanted-decisions.ts";
import type { MetricName } from "../metrics/table/metric-names.ts";
import { metricTable } from "../metrics/table/metric-table.ts";
import type { BarColumn, CurveReader } from "../results/curves.ts";
import type { StrategyDescription } from "../strategy/strategy-description.ts";
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

/** The decisions that an account reads besides directions, as columns of curves. */
export function decisionColumns(config: BacktestConfig): readonly BarColumn[] {
  const wanted = wantedDecisions(config);
  if (wanted.includes("longEntry")) return ["entry"];
  return wanted.length > 0 ? ["strength"] : [];
}

/** What the curves of a run depend on. */
export interface CurveNeeds {
  /** A valid configuration. */
  readonly config: BacktestConfig;
  /** Number of symbols. */
  readonly symbols: number;
  /** The metrics besides the first 23. Default: none. */
  readonly metrics?: Iterable<MetricName> | undefined;
}

/**
 * The columns that curves must have for the portfolio: decisions, if accounts are simulated again, because many symbols
 * share one or because an account of a part of the capital is not a part of an account; closes, if the portfolio is
 * compared with those of its symbols.
 */
export function neededCurveColumns({ config, symbols, metrics = [] }: CurveNeeds): readonly BarColumn[] {
  const isShared = config.account === "shared";
  const isAgain = isShared || (symbols > 1 && !scalesWithCapital(config));
  const compares = [...metrics].some((name) =>
    metricTable[name].needs.some((part) => part === "benchmark" || part === "captures"),
  );
  const needsCloses = !isShared && compares && config.benchmark === undefined;
  return [...(isAgain ? decisionColumns(config) : []), ...(needsCloses ? (["close"] as const) : [])];
}

/** A symbol whose decisions are known. */
export interface DecidedSymbol {
  /** Its rows. */
  readonly series: Series;
  /** Its bars with their decisions. */
  readonly decisions: CurveReader;
}

/** Options of {@link symbolCursor}. */
export interface SymbolCursorOptions {
  readonly strategy: StrategyDescription;
  /** A valid configuration. */
  readonly config: BacktestConfig;
  readonly limit: number | undefined;
  readonly period: Period | undefined;
  /** Whether the volume is read if the series has it. Default: false. */
  readonly volume?: boolean | undefined;
}

/** The bars of a symbol with its decisions, and which columns they have. */
export interface SymbolCursor {
  readonly cursor: BarCursor;
  readonly columns: ReadColumns;
  readonly window: WindowColumns;
}

/** Opens a cursor over the bars of a symbol's curve. */
export function symbolCursor({ series, decisions }: DecidedSymbol, options: SymbolCursorOptions): SymbolCursor {
  const { strategy, config, limit, period, volume = false } = options;
  const columns = priceColumns(readColumns(series, strategy, config, volume));
  const rows = periodRows(series, { limit, period });
  const cursor = openBarCursor(series, { columns, policy: config.invalidPrices, rows, decisions });
  const stored = decisionColumns(config);
  const prices = columns.timeUnit === "ns" ? [] : [...columns.prices, ...columns.excursions];
  const window = { prices, strengths: stored.includes("strength"), entries: stored.includes("entry"), volume };
  return { cursor, columns, window };
}
