import type { MetricText, ReportDrawdown, SignalThresholds, YearOfReturns } from "../data/report-data.ts";
import type { ReportPanels } from "../data/report-panels.ts";
import type { ReportResult } from "../data/report-result.ts";

/** The value of `format` in the JSON of every data block. */
export const blockFormat = "atc-report";

/** The version of the data block. */
export const blockVersion = 1;

/**
 * How the values of an array are stored, as `v` is an element of the stored array:
 *
 * - `raw`: v / scale
 * - `delta`: (origin + the sum of all v so far) / scale
 * - `logdelta`: exp((origin + the sum of all v so far) / scale)
 * - `regular`: origin + step x index; there is no array
 */
type Encoding = "raw" | "delta" | "logdelta" | "regular";

/** The description of an array of the data block. */
export interface ArrayEntry {
  /** Number of values. */
  readonly n: number;
  readonly enc: Encoding;
  readonly scale: number;
  readonly origin?: number;
  readonly step?: number;
  /** Bars per value; absent if it is 1. */
  readonly bars?: number;
  /** The bucket of the first value: earlier ones have none. Absent if it is 0. */
  readonly first?: number;
  /** The first and the last value, exactly. */
  readonly ends?: readonly [number | null, number | null];
}

/** Candles in the data block. */
export interface CandlesEntry {
  /** Number of candles. */
  readonly candles: number;
  /** The first candle's index, if all candles follow each other; else the array `rows` has the index of each. */
  readonly first?: number;
  /**
   * `distances`: `open` is the distance to the last close, `high` and `low` are distances to the body, in steps of
   * 1 / scale. `values`: the prices themselves. `closes`: there is only a close.
   */
  readonly form: "distances" | "values" | "closes";
}

/** The prices of a symbol in the data block. The arrays are `bars/<index>/<name>`. */
export interface BarsEntry extends CandlesEntry {
  readonly symbol: string;
  /** The place of its arrays. */
  readonly index: number;
  /** Bars per candle. */
  readonly bars: number;
  /**
   * The last bars and those around fills, one by one, if candles are of several bars: `bars/<index>/single/<name>`. A
   * candle has all of its bars among them, or none.
   */
  readonly single?: CandlesEntry;
}

/** What the client has to know of the trades. */
export interface TradesEntry {
  /** Number of trades in the block. */
  readonly n: number;
  /** Number of trades of the run. */
  readonly all: number;
  readonly symbols: readonly string[];
  readonly reasons: readonly string[];
}

/** Counts of returns in bins that are symmetric around 0. */
export interface ReturnCounts {
  /** Number of returns. */
  readonly length: number;
  readonly below: number;
  readonly above: number;
  /** Absent if no return is finite and other than 0. */
  readonly bins?: {
    readonly counts: readonly number[];
    /** The upper edge of the last bin; the lower edge of the first is its negative. */
    readonly edge: number;
    /** Returns beyond the edges, which the outer bins count. */
    readonly outside: number;
  };
}

/**
 * The member `report.json` of the data block. It holds all that the text of the page says: the page is made of it
 * alone, so that a stored block is enough to make the page again.
 */
export interface BlockJson extends ReportPanels {
  readonly format: typeof blockFormat;
  readonly version: number;
  /** Number of points of the curve. */
  readonly n: number;
  readonly result: ReportResult;
  /** The metrics of symbols that are in the block; absent if all are. */
  readonly symbolMetrics?: readonly string[];
  /** Time in ms of the last point. */
  readonly lastTime?: number;
  /** Whether all times are UTC midnights. */
  readonly areDates: boolean;
  readonly rollingWindow?: number;
  /**
   * Present if bars have signals: `bars/<index>/signal`, and `/low` and `/high` below it for candles of several.
   */
  readonly signalThresholds?: SignalThresholds;
  readonly title?: string;
  readonly command?: string;
  readonly versions: Readonly<Record<string, string>>;
  readonly metrics: readonly MetricText[];
  readonly months?: readonly YearOfReturns[];
  readonly benchmarkMonths?: readonly YearOfReturns[];
  /** The deepest ones. */
  readonly drawdowns: readonly ReportDrawdown[];
  /** Number of all drawdowns. */
  readonly drawdownCount: number;
  /** The returns of days. */
  readonly days?: ReturnCounts;
  /** The returns of all closed trades. */
  readonly tradeReturns?: ReturnCounts;
  readonly trades?: TradesEntry;
  readonly bars: readonly BarsEntry[];
  /** Symbols with a sparkline: rows of the array `sparks`, `sparkPoints` values each, from 0 (lowest) to 255. */
  readonly sparks: readonly string[];
  readonly arrays: Readonly<Record<string, ArrayEntry>>;
}

/** Points of a sparkline. */
export const sparkPoints = 40;
