import type { BadRow, RowKind, SourceOverlap } from "@atc/contract";
import type { DuplicatePolicy } from "../order/duplicates.ts";

/** Rows of one kind. */
export interface QualityFinding {
  /** Rows of this kind. */
  readonly count: number;
  /** The time of the first of them, ISO 8601 in UTC; missing if there is none. */
  readonly first?: string;
}

/** A gap between two neighbouring bars. */
export interface GapPlace {
  /** The time of the bar before the gap, ISO 8601 in UTC. */
  readonly after: string;
  /** From that bar to the next, in ms. */
  readonly ms: number;
}

/** A bar whose open is above its high or below its low. */
export interface StrayOpenPlace {
  /** The time of the bar, ISO 8601 in UTC. */
  readonly time: string;
  /** Its open. */
  readonly open: number;
  /** Its low, which may be above its high. */
  readonly low: number;
  /** Its high. */
  readonly high: number;
}

/** Bars whose open is above their high or below their low. */
export interface StrayOpens {
  /** All such bars. Each is among {@link SeriesQuality.ohlcViolations} too. */
  readonly count: number;
  /** The three farthest from their range by ratio, farthest first. */
  readonly places: readonly StrayOpenPlace[];
}

/** A bar that opens far from the close before, and closes near that close again. */
export interface OpenJumpPlace {
  /** The time of the bar, ISO 8601 in UTC. */
  readonly time: string;
  /** The close before. */
  readonly from: number;
  /** Its open. */
  readonly open: number;
  /** Its close. */
  readonly close: number;
}

/** Opens within their bar's range that jump, by the threshold of {@link Jumps}, and are back at the close. */
export interface OpenJumps {
  /** All such bars. */
  readonly count: number;
  /** The three greatest by ratio, greatest first. */
  readonly places: readonly OpenJumpPlace[];
}

/**
 * Missing bars: neighbouring bars are more than 1.5 times the series' interval apart, and a time between them is usual.
 *
 * A time of the week is usual if three quarters of the four weeks before and after have bars at it, or if the bars are
 * a week or more apart. So nights, weekends and daylight saving time are not gaps. In a series of less than two weeks,
 * three quarters of the other days decide.
 *
 * A gap that half of the other symbols have too, such as a holiday, does not count; `shared` counts it. Only symbols
 * of the same interval whose rows begin before and end after it are compared, and those with bars on Saturdays only
 * with each other. A single symbol has nothing to compare with, so its holidays count. With more
 * than 131,072 different gaps, nothing is compared, and `shared` is 0.
 */
export interface Gaps {
  /** All gaps, including those within a day. */
  readonly count: number;
  /** Gaps that other symbols share, which are not in `count`; missing in reports of earlier releases. */
  readonly shared?: number;
  /** Of these, gaps that begin and end on one UTC day. */
  readonly withinDay: number;
  /** The three longest, longest first. */
  readonly longest: readonly GapPlace[];
}

/** A close far from the previous one. */
export interface JumpPlace {
  /** The time of the bar or tick with the new price, ISO 8601 in UTC. */
  readonly time: string;
  /** The previous close. */
  readonly from: number;
  /** The close. */
  readonly to: number;
  /** `to / from`. */
  readonly ratio: number;
  /**
   * The split that would explain the move, new shares per old: `2:1` if the price halves, `1:10` for a reverse split.
   * It comes from the open (the close, if there is no open) over the previous close, within 4 %. Missing if none fits.
   */
  readonly looksLikeSplit?: string;
  /** The open, or the close, that `looksLikeSplit` compares with `from`; missing without `looksLikeSplit`. */
  readonly splitTo?: number;
  /**
   * Whether one of the next five closes is within a quarter of the move of `from` (in logarithms), as after a bad
   * print.
   */
  readonly reverts: boolean;
}

/** Moves of the close above a threshold. */
export interface Jumps {
  /**
   * The |close / previous close - 1| above which a move is a jump: 30 times the median of the series' moves other than
   * 0, but between 0.02 and 0.4; 0.4 if there are fewer than 20 moves.
   */
  readonly threshold: number;
  /** All jumps, including those that are not among `places`. */
  readonly count: number;
  /** Of these, jumps that revert, see {@link JumpPlace.reverts}; missing in reports of earlier releases. */
  readonly reverting?: number;
  /** The five greatest by ratio, in order of time. */
  readonly places: readonly JumpPlace[];
}

/** Rows of one symbol and time. */
export interface DuplicateCounts {
  /** Rows with the time of a row before them. */
  readonly count: number;
  /** Of these, rows equal to an earlier row of the same time in every stored column. */
  readonly identical: number;
  /** Rows that the policy dropped. */
  readonly dropped: number;
}

/** The order of times in the source; `mixed` if more than a tenth of the steps go against the main direction. */
export type RowOrder = "oldest-first" | "newest-first" | "mixed";

/**
 * The quality of the rows of a symbol. Nothing is repaired: rows are sorted, and dropped only by the policy for
 * duplicates.
 */
export interface SeriesQuality {
  /** The symbol as the source spells it. */
  readonly symbol: string;
  /** Rows kept. */
  readonly rows: number;
  /** The first time, ISO 8601 in UTC. */
  readonly firstTime: string;
  /** The last time, ISO 8601 in UTC. */
  readonly lastTime: string;
  /** Median time between rows of different times, in ms; missing if there are none. */
  readonly interval?: number;
  /** The order in the source, before rows are sorted. */
  readonly order: RowOrder;
  /** Rows whose time is before that of the symbol's previous row in the source. */
  readonly unsorted: number;
  /** Rows that step against `order`: back in time, or forward if it is `newest-first`. */
  readonly outOfOrder: number;
  /** Rows of equal times, before the policy drops any. */
  readonly duplicates: DuplicateCounts;
  /** Missing bars; always empty for ticks. */
  readonly gaps: Gaps;
  /** Rows with a volume of 0. */
  readonly zeroVolumes: QualityFinding;
  /** Rows with a negative or missing volume. */
  readonly badVolumes: QualityFinding;
  /** Bars whose high is below, or whose low is above, another of their prices. */
  readonly ohlcViolations: QualityFinding;
  /** Of these, bars whose open is outside of their range; missing in reports of earlier releases. */
  readonly opensOutsideRange?: StrayOpens;
  /** Opens that jump and are back at the close; missing in reports of earlier releases. */
  readonly openJumps?: OpenJumps;
  /** Bars whose four prices are equal. */
  readonly flatBars: QualityFinding;
  /** Rows with a price that is NaN or infinite. */
  readonly missingPrices: QualityFinding;
  /** Rows with a price of 0 or less. */
  readonly nonPositivePrices: QualityFinding;
  /** Moves of the close above a threshold. */
  readonly jumps: Jumps;
}

/** The sums over all symbols. */
export interface QualityTotals {
  /** Sum of {@link SeriesQuality.unsorted}. */
  readonly unsorted: number;
  /** Sum of {@link DuplicateCounts.count}. */
  readonly duplicates: number;
  /** Sum of {@link DuplicateCounts.dropped}. */
  readonly dropped: number;
  /** Sum of {@link Gaps.count}. */
  readonly gaps: number;
  /** Sum of {@link Gaps.shared}; missing in reports of earlier releases. */
  readonly sharedGaps?: number;
  /** Sum of {@link DuplicateCounts.identical}; missing in reports of earlier releases. */
  readonly identical?: number;
  /** Sum of {@link Jumps.reverting}; missing in reports of earlier releases. */
  readonly revertingJumps?: number;
  /** Sum of {@link SeriesQuality.zeroVolumes}. */
  readonly zeroVolumes: number;
  /** Sum of {@link SeriesQuality.badVolumes}. */
  readonly badVolumes: number;
  /** Sum of {@link SeriesQuality.ohlcViolations}. */
  readonly ohlcViolations: number;
  /** Sum of {@link StrayOpens.count}; missing in reports of earlier releases. */
  readonly opensOutsideRange?: number;
  /** Sum of {@link OpenJumps.count}; missing in reports of earlier releases. */
  readonly openJumps?: number;
  /** Sum of {@link SeriesQuality.flatBars}. */
  readonly flatBars: number;
  /** Sum of {@link SeriesQuality.missingPrices}. */
  readonly missingPrices: number;
  /** Sum of {@link SeriesQuality.nonPositivePrices}. */
  readonly nonPositivePrices: number;
  /** Sum of {@link Jumps.count}. */
  readonly jumps: number;
}

/** Rows that the source could not read as they are. */
export interface BadRows {
  /** Rows that were dropped or set to NaN, by the source's policy. */
  readonly count: number;
  /** Rows by reason. */
  readonly reasons: Readonly<Record<string, number>>;
  /** Rows by file, if the source reads several; missing in reports of earlier releases. */
  readonly files?: Readonly<Record<string, number>>;
  /** The first 100. */
  readonly first: readonly BadRow[];
}

/** The report of an ingest. Plain data: it survives JSON. */
export interface IngestReport {
  /** Bars or ticks. */
  readonly kind: RowKind;
  /** Good rows of the source. */
  readonly rowsRead: number;
  /** Rows in the dataset. */
  readonly rowsKept: number;
  /** Names of the stored columns, `timestamp` first. */
  readonly columns: readonly string[];
  /** Names of the source's text columns, which a dataset cannot hold. */
  readonly droppedColumns: readonly string[];
  /**
   * What the source assumed or left out to read its files, then what the reading found in the rows, one sentence each;
   * missing if there is nothing to say.
   */
  readonly notes?: readonly string[];
  /** The policy for rows of one symbol and time. */
  readonly duplicates: DuplicatePolicy;
  /** Rows that the source could not read as they are. */
  readonly badRows: BadRows;
  /**
   * Pairs of files of the source that share symbols and times; missing if none do. The policy for duplicates resolves
   * them.
   */
  readonly overlaps?: readonly SourceOverlap[];
  /** The first time of all symbols, ISO 8601 in UTC. */
  readonly firstTime: string;
  /** The last time of all symbols, ISO 8601 in UTC. */
  readonly lastTime: string;
  /** Sums over all symbols. */
  readonly totals: QualityTotals;
  /** Each symbol, sorted by UTF-16 code unit. */
  readonly series: readonly SeriesQuality[];
}
