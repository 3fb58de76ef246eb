import type { ReportPanels } from "./report-panels.ts";
import type { ReportResult } from "./report-result.ts";

/** Columns of a curve besides times and equity. */
export type CurveColumn = "gross" | "benchmark" | "long" | "short" | "sharpe" | "costs";

/** Consecutive points of a curve. The arrays have `length` values and are valid until the next block. */
export interface CurveBlock {
  /** Number of points. */
  readonly length: number;
  /** Times in the unit of the curve; each occurs once. */
  readonly times: BigInt64Array;
  /** Equity after costs, in money. */
  readonly equity: Float64Array;
  /**
   * The columns that the curve names: `gross` (equity of the same run without costs) and `benchmark` in money, `long`
   * and `short` (the share of symbols that are held) as parts of 1, `sharpe` of the rolling window (NaN while it is
   * undefined), `costs` so far in money.
   */
  readonly columns: Readonly<Partial<Record<CurveColumn, Float64Array>>>;
}

/** The portfolio at each of its times. */
export interface ReportCurve {
  /** Unit of the times. */
  readonly timeUnit: "ms" | "ns";
  /** Number of points. Their rows are 0 to `length - 1`: the axis of all charts. */
  readonly length: number;
  /** The columns of all blocks. */
  readonly columns: readonly CurveColumn[];
  /**
   * Reads all points in order. It may be called several times.
   *
   * @param columns - those that the blocks must have. Default: all
   */
  blocks(columns?: readonly CurveColumn[]): Iterable<CurveBlock>;
}

/** Trades as columns. The arrays have `length` values and are valid until the next block. */
export interface TradeBlock {
  /** Number of trades. */
  readonly length: number;
  /** Index into the symbols of the trades. */
  readonly symbol: Int32Array;
  /** Times of the entry and the exit, in the unit of the curve. */
  readonly entryTime: BigInt64Array;
  /** Likewise. */
  readonly exitTime: BigInt64Array;
  /** Row of the curve at the entry. */
  readonly entryRow: Int32Array;
  /** Row of the curve at the exit; the last row of its symbol if it is open. */
  readonly exitRow: Int32Array;
  /** 1 long, -1 short. */
  readonly direction: Int8Array;
  /** The most units held, above 0. */
  readonly quantity: Float64Array;
  /** Average price of the entry fills. */
  readonly entryPrice: Float64Array;
  /** Average price of the exit fills; the last close if it is open. */
  readonly exitPrice: Float64Array;
  /** In money. */
  readonly fees: Float64Array;
  /** After fees, in money. */
  readonly profit: Float64Array;
  /** As a part of what was invested. */
  readonly return: Float64Array;
  /** Bars from the entry to the exit. */
  readonly barsHeld: Int32Array;
  /** Maximum adverse excursion, as a part of the entry price: 0 or below. */
  readonly mae: Float64Array;
  /** Maximum favourable excursion, as a part of the entry price: 0 or above. */
  readonly mfe: Float64Array;
  /** Index into the reasons of the trades. */
  readonly reason: Uint8Array;
  /** 1 if the position is still open, else 0. */
  readonly open: Uint8Array;
}

/** The trades of all symbols. */
export interface ReportTrades {
  /** Number of trades, open ones included. */
  readonly length: number;
  /** The names that the indices of symbols mean. */
  readonly symbols: readonly string[];
  /** Why trades end, in camel case, such as `stopLoss`. */
  readonly reasons: readonly string[];
  /** Reads all trades. It may be called several times. */
  blocks(): Iterable<TradeBlock>;
}

/** Consecutive bars of a symbol. The arrays have `length` values and are valid until the next block. */
export interface BarBlock {
  /** Number of bars. */
  readonly length: number;
  /** Row of the curve of each bar, rising. */
  readonly row: Int32Array;
  /** Closing prices, above 0. */
  readonly close: Float64Array;
  /** Prices besides the close; absent if there is one price per bar. */
  readonly range?: { readonly open: Float64Array; readonly high: Float64Array; readonly low: Float64Array };
  /** Equity of the symbol's own account; absent if it has none. */
  readonly equity?: Float64Array;
  /** The signal of the strategy at each close; absent if it has none. */
  readonly signal?: Float64Array;
}

/** The signals at which a strategy opens positions. */
export interface SignalThresholds {
  /** Above it the strategy is long. */
  readonly long: number;
  /** Below it the strategy is short. */
  readonly short: number;
}

/** The bars of a symbol. */
export interface ReportBars {
  /** The symbol, as the result spells it. */
  readonly symbol: string;
  /** The most bars that `blocks` yields. */
  readonly length: number;
  /** Reads all bars in order. It may be called several times. */
  blocks(): Iterable<BarBlock>;
}

/** Returns of a year; null for a month without a return. */
export interface YearOfReturns {
  /** In UTC. */
  readonly year: number;
  /** Twelve returns, from January on. */
  readonly months: readonly (number | null)[];
  /** The return of the whole year. */
  readonly total: number | null;
}

/** A drawdown; its times are ISO 8601. */
export interface ReportDrawdown {
  /** The last time at the peak. */
  readonly peak: string;
  /** The time of the lowest equity. */
  readonly trough: string;
  /** Undefined if it is not recovered. */
  readonly recovery: string | undefined;
  /** As a part of the peak, above 0. */
  readonly depth: number;
  /** Bars from the peak to the recovery, or to the last bar. */
  readonly bars: number;
  /** In ms. */
  readonly duration: number;
  /** Rows of the curve: peak, trough, and recovery or the last row. */
  readonly rows: readonly [peak: number, trough: number, end: number];
}

/** What a metric is. */
export interface MetricText {
  /** The name in the result. */
  readonly name: string;
  /** The heading under which it is listed. */
  readonly group: string;
  /** `part`, `part a year` and `probability` are shown in per cent, `ms` as a duration. */
  readonly unit: string;
  /** `+` if more is better, `-` if less is. */
  readonly better: string;
  /** The formula in plain text. */
  readonly formula: string;
}

/** All that a report shows. */
export interface ReportData extends ReportPanels {
  /** The JSON of the backtest. */
  readonly result: ReportResult;
  /** Default: the strategy and the data. */
  readonly title?: string | undefined;
  /** Versions by package or program: `{ atc: "1.2.0", node: "22.1.0" }`. */
  readonly versions: Readonly<Record<string, string>>;
  /** The command that makes the report again. */
  readonly command?: string | undefined;
  /** The metrics in the order of the page. */
  readonly metrics: readonly MetricText[];
  /** Undefined if no symbol could be computed. */
  readonly curve?: ReportCurve | undefined;
  /** Returns per window of the column `sharpe`. */
  readonly rollingWindow?: number | undefined;
  /** Monthly returns of the portfolio. */
  readonly months?: readonly YearOfReturns[] | undefined;
  /** Monthly returns of holding. */
  readonly benchmarkMonths?: readonly YearOfReturns[] | undefined;
  /** The deepest drawdowns, deepest first. The page shows ten. */
  readonly drawdowns?: readonly ReportDrawdown[] | undefined;
  /** Number of all drawdowns. Default: that of `drawdowns`. */
  readonly drawdownCount?: number | undefined;
  /** The trades of all symbols; undefined if they are not known. */
  readonly trades?: ReportTrades | undefined;
  /** The signals at which positions are opened. Give them with the signals of the bars; default: there is no signal. */
  readonly signalThresholds?: SignalThresholds | undefined;
  /** The returns of the days, in order. */
  readonly days?: Float64Array | undefined;
  /** The bars of a symbol of the result; undefined if there are none. */
  readonly bars?: ((symbol: string) => ReportBars | undefined) | undefined;
}
