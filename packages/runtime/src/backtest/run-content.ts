import {
  type BarColumn,
  barColumns,
  type CurveContent,
  type CurveNeeds,
  decisionColumns,
  type MetricName,
  metricNames,
  neededCurveColumns,
} from "@atc/backtest";
import type { JsonObject } from "@atc/contract";
import { AtcError } from "@atc/contract";

/** What a run is asked to return besides the first metrics. */
export interface ContentOptions {
  /** Whether curves and trades are returned, even if the figures are in the cache. Default: false. */
  readonly curves?: boolean;
  /** Columns of bars that the curves have besides equity and direction. Default: none. */
  readonly columns?: readonly BarColumn[];
  /** Columns that the curves have too, but that no file of curves has: those of `explainedColumns`. Default: none. */
  readonly recorded?: readonly BarColumn[];
  /** Whether the curves have the decisions that accounts need to be simulated again. Default: false. */
  readonly decisions?: boolean;
  /** Whether the curves have fills. Default: false. */
  readonly fills?: boolean;
  /** The metrics besides the first 23, or `all`. Metrics that are not wanted are not computed. Default: none. */
  readonly metrics?: readonly MetricName[] | "all";
}

/** Columns in one order, each once. */
export function orderedColumns(columns: readonly BarColumn[]): readonly BarColumn[] {
  return barColumns.filter((name) => columns.includes(name));
}

/** The wanted metrics in one order. */
export function orderedMetrics({ metrics = [] }: ContentOptions): readonly MetricName[] {
  return metrics === "all" ? metricNames : metricNames.filter((name) => metrics.includes(name));
}

/** The columns of an account's points. */
const accountColumns: readonly BarColumn[] = ["cash", "exposure", "grossEquity"];

/** What is stored of a run. */
export interface RunContent {
  /** The curves of the symbols. */
  readonly symbols: CurveContent;
  /** The points, trades and fills of a shared account. */
  readonly account: CurveContent;
}

/** What is stored of a run: what was requested, and what the figures of the portfolio need. */
export function contentOf(
  { curves, columns = [], recorded = [], decisions = false, fills = false }: ContentOptions,
  needs: CurveNeeds,
): RunContent {
  const needed = [...neededCurveColumns(needs), ...(decisions ? decisionColumns(needs.config) : [])];
  if (curves !== true) return { symbols: { columns: orderedColumns(needed) }, account: {} };
  if (needs.config.account === "separate")
    return { symbols: { columns: orderedColumns([...columns, ...recorded, ...needed]), fills }, account: {} };
  const foreign = columns.find((name) => !accountColumns.includes(name));
  if (foreign !== undefined)
    throw new AtcError(
      "ATC_INVALID_ARGUMENT",
      `an account that all symbols share has no column "${foreign}"; choose among ${accountColumns.join(", ")}`,
      { details: { column: foreign } },
    );
  const points = accountColumns.filter((name) => columns.includes(name) || recorded.includes(name));
  return { symbols: { columns: orderedColumns(needed) }, account: { columns: points, fills } };
}

/** The part of a key that names what is stored besides equity, directions and trades; empty by default. */
export function contentPart({ columns = [], fills = false }: CurveContent): JsonObject {
  return { ...(columns.length > 0 ? { columns } : {}), ...(fills ? { fills } : {}) };
}

/** The part of a key that names the wanted metrics; empty if there are none. */
export function metricsPart(metrics: readonly MetricName[]): JsonObject {
  return metrics.length === 0 ? {} : { metrics };
}
