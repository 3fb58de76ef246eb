/** Bars that are not there, from `from` (inclusive) to `to` (exclusive), in ms since the epoch. */
export interface Gap {
  /** Opening time of the first missing bar. */
  readonly from: number;
  /** Opening time of the first bar after the gap. */
  readonly to: number;
  /** Missing bars. */
  readonly bars: number;
}

/** Bars without a gap between them, from `from` (inclusive) to `to` (exclusive), in ms since the epoch. */
export interface CandleSpan {
  /** Opening time of the first bar. */
  readonly from: number;
  /** Closing time of the last bar. */
  readonly to: number;
  /** Index of the first bar within the series. */
  readonly row: number;
  /** Bars, in consecutive rows. */
  readonly bars: number;
}

/** A bar that the host would refuse. */
export interface CandleFault {
  /** Index of the bar within the series. */
  readonly row: number;
  /** Its time in ms since the epoch. */
  readonly time: number;
  /** What is wrong, with the value. */
  readonly what: string;
}

/** What a preflight found in the bars of one symbol between two times. */
export interface GapReport {
  /** The symbol. */
  readonly symbol: string;
  /** First opening time looked for, inclusive, in ms since the epoch. */
  readonly from: number;
  /** Last time, exclusive. */
  readonly to: number;
  /** Time between two bars, in ms. */
  readonly intervalMs: number;
  /** Bars that a series without gaps has. */
  readonly expectedBars: number;
  /** Bars that are there and on the grid. */
  readonly presentBars: number;
  /** `expectedBars` less `presentBars`. */
  readonly missingBars: number;
  /** Every gap, oldest first. */
  readonly gaps: readonly Gap[];
  /** Every run of bars without a gap, oldest first. */
  readonly spans: readonly CandleSpan[];
  /** The first faulty bars, 20 at the most. */
  readonly faults: readonly CandleFault[];
  /** All faults. */
  readonly faultCount: number;
}
