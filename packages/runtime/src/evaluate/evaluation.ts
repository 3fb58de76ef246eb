import type { MetricName, Period } from "@atc/backtest";
import type { AtcErrorCode } from "@atc/contract";
import type { SweepConfiguration } from "@atc/sweep";

/** A time in which accounts trade, with figures of its own. */
export interface EvaluationSpan {
  readonly period: Period;
  /** The first time that signals see, in ms since the epoch. Default: all bars before the period. */
  readonly signalsFrom?: number | undefined;
}

/** Configurations to evaluate over the same symbols. */
export interface EvaluationUnit {
  /** Complete and valid configurations. */
  readonly configurations: readonly SweepConfiguration[];
  /** The symbols, sorted by UTF-16 code unit. */
  readonly symbols: readonly string[];
  /** The metrics, none of which is a time. */
  readonly metrics: readonly MetricName[];
  /** Whether the metrics of each symbol are wanted too. */
  readonly bySymbol: boolean;
  /** The most bars per symbol, counted from the last one; undefined for all. */
  readonly limit: number | undefined;
  /** The time in which accounts trade; undefined for all. */
  readonly period: Period | undefined;
  /** Times with accounts and figures of their own, which replace `period`. */
  readonly spans?: readonly EvaluationSpan[] | undefined;
}

/** Why a configuration could not be evaluated. */
export interface EvaluationFault {
  /** The place of the configuration in the unit. */
  readonly place: number;
  readonly code: AtcErrorCode;
  readonly message: string;
}

/** A symbol that configurations of a unit left out, like a backtest. */
export interface LeftOutSymbol {
  /** The symbol. */
  readonly symbol: string;
  /** The code of the error. */
  readonly code: AtcErrorCode;
  /** The message of the error. */
  readonly reason: string;
  /** The number of configurations that left it out. */
  readonly configurations: number;
}

/** The figures of a unit. An undefined metric is NaN. If the unit has spans, `span` follows `configuration`. */
export interface EvaluationResults {
  /** The metrics of each configuration's portfolio: `[configuration][metric]`. */
  readonly portfolios: Float64Array<ArrayBuffer>;
  /** The metrics of each symbol: `[configuration][symbol][metric]`; empty unless wanted. */
  readonly symbols: Float64Array<ArrayBuffer>;
  /** The configurations without figures. */
  readonly faults: readonly EvaluationFault[];
  /** The symbols that were left out, sorted. */
  readonly leftOut: readonly LeftOutSymbol[];
}

/** What an evaluator reports and obeys while it runs. */
export interface EvaluationOptions {
  readonly signal?: AbortSignal | undefined;
  /** Called before the configuration at a place is evaluated by itself. */
  readonly onConfiguration?: ((place: number) => void) | undefined;
}

/**
 * Evaluates a unit. The figures of a configuration are bit for bit those of a backtest with it, whatever else is in the
 * unit. An error that is not of one configuration is thrown.
 */
export type Evaluator = (unit: EvaluationUnit, options: EvaluationOptions) => Promise<EvaluationResults>;

/** Results without figures, to be filled. */
export function emptyResults(unit: EvaluationUnit): Pick<EvaluationResults, "portfolios" | "symbols"> {
  const { configurations, symbols, metrics, bySymbol, spans } = unit;
  const cells = configurations.length * (spans?.length ?? 1) * metrics.length;
  return {
    portfolios: new Float64Array(cells).fill(Number.NaN),
    symbols: new Float64Array(bySymbol ? cells * symbols.length : 0).fill(Number.NaN),
  };
}
