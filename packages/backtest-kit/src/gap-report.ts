/** Missing bars from `from` (inclusive) to `to` (exclusive), in ms since the epoch. */
export interface Gap {
  /** Opening time of the first missing bar. */
  readonly from: number;
  /** Opening time of the first bar after the gap. */
  readonly to: number;
  /** Number of missing bars. */
  readonly bars: number;
}

/** Bars without a gap from `from` (inclusive) to `to` (exclusive), in ms since the epoch. */
export interface CandleSpan {
  /** Opening time of the first bar. */
  readonly from: number;
  /** Closing time of the last bar. */
  readonly to: number;
  /** Index of the first bar in the series. */
  readonly row: number;
  /** Number of bars; their rows are consecutive. */
  readonly bars: number;
}

/** A bar that the host would reject. */
export interface CandleFault {
  /** Index of the bar in the series. */
  readonly row: number;
  /** Its time in ms since the epoch. */
  readonly time: number;
  /** What is wrong, including the value. */
  readonly what: string;
}

/** The result of a preflight: the gaps and faults in the bars of one symbol between two times. */
export interface GapReport {
  /** The symbol that was checked. */
  readonly symbol: string;
  /** First opening time checked, inclusive, in ms since the epoch. */
  readonly from: number;
  /** Last time checked, exclusive, in ms since the epoch. */
  readonly to: number;
  /** Time between two bars in ms. */
  readonly intervalMs: number;
  /** Number of bars that a series without gaps has. */
  readonly expectedBars: number;
  /** Number of bars that exist and are on the grid. */
  readonly presentBars: number;
  /** `expectedBars` minus `presentBars`. */
  readonly missingBars: number;
  /** All gaps, oldest first. */
  readonly gaps: readonly Gap[];
  /** All runs of bars without a gap, oldest first. */
  readonly spans: readonly CandleSpan[];
  /** The first faulty bars, at most 20. */
  readonly faults: readonly CandleFault[];
  /** Number of faults, including those not in `faults`. */
  readonly faultCount: number;
}
