import type { BadRow, RowKind, SourceOverlap } from "@atc/contract";
import type { DuplicatePolicy } from "../order/duplicates.ts";

/** Rows with something remarkable. */
export interface Finding {
  /** How many. */
  readonly count: number;
  /** The time of the first of them, ISO 8601 in UTC; absent where there is none. */
  readonly first?: string;
}

/** Two neighbouring bars further apart than usual. */
export interface GapPlace {
  /** The time of the bar ahead of the gap, ISO 8601 in UTC. */
  readonly after: string;
  /** From that bar to the next, in ms. */
  readonly ms: number;
}

/** Places where bars are more than 1.5 times the series' interval apart. A closed session (night, weekend, holiday) is a gap too. */
export interface Gaps {
  /** How many. */
  readonly count: number;
  /** Of these, gaps that begin and end on one UTC day: holes in a session rather than the time between two. */
  readonly withinDay: number;
  /** The three longest, longest first. */
  readonly longest: readonly GapPlace[];
}

/** A price far from the one before. */
export interface JumpPlace {
  /** The time of the bar or tick with the new price, ISO 8601 in UTC. */
  readonly time: string;
  /** The close before. */
  readonly from: number;
  /** The close. */
  readonly to: number;
  /** `to / from`. */
  readonly ratio: number;
  /**
   * The split that would explain it, new shares for old: `2:1` where the price halves, `1:10` for a reverse split. Taken from the open (the
   * close, where there is no open) over the close before, within 4 %. Absent where there is none.
   */
  readonly looksLikeSplit?: string;
  /** Whether one of the next five prices is back at `from` but for a quarter of the move (in logarithms), as after a bad print. */
  readonly reverts: boolean;
}

/** Moves of the close greater than a threshold. */
export interface Jumps {
  /**
   * |close / previous close - 1| above which a move is a jump: 30 times the median of the series' moves other than 0, but between 0.02 and
   * 0.4; 0.4 where there are fewer than 20 moves.
   */
  readonly threshold: number;
  /** How many. */
  readonly count: number;
  /** The five greatest by ratio, in order of time. */
  readonly places: readonly JumpPlace[];
}

/** Rows of a symbol and time that another row has too. */
export interface DuplicateCounts {
  /** Rows whose time a row ahead of them has too. */
  readonly count: number;
  /** Of these, rows equal to the row ahead of them in every stored column. */
  readonly identical: number;
  /** Rows left out by the policy. */
  readonly dropped: number;
}

/** Which way time ran in the source; `mixed` where more than a tenth of the steps go against the main direction. */
export type RowOrder = "oldest-first" | "newest-first" | "mixed";

/** What was found in the rows of a symbol. Nothing of it is repaired: rows are only sorted, and left out as the duplicate policy says. */
export interface SeriesQuality {
  /** The symbol. */
  readonly symbol: string;
  /** Rows kept. */
  readonly rows: number;
  /** The first time, ISO 8601 in UTC. */
  readonly firstTime: string;
  /** The last time, ISO 8601 in UTC. */
  readonly lastTime: string;
  /** Median time between rows of different times, in ms; absent where there are no two. */
  readonly interval?: number;
  /** Which way time ran in the source. */
  readonly order: RowOrder;
  /** Rows whose time is before that of the symbol's row ahead of them in the source. */
  readonly unsorted: number;
  /** Rows that step against `order`: back in time, or forward where it is `newest-first`. */
  readonly outOfOrder: number;
  /** Equal times. */
  readonly duplicates: DuplicateCounts;
  /** Missing stretches; none are looked for in ticks. */
  readonly gaps: Gaps;
  /** Rows with a volume of 0. */
  readonly zeroVolumes: Finding;
  /** Rows with a negative or missing volume. */
  readonly badVolumes: Finding;
  /** Bars whose high is below, or whose low is above, another of their prices. */
  readonly ohlcViolations: Finding;
  /** Bars whose four prices are equal. */
  readonly flatBars: Finding;
  /** Rows with a price that is NaN or infinite. */
  readonly missingPrices: Finding;
  /** Rows with a price of 0 or less. */
  readonly nonPositivePrices: Finding;
  /** Prices far from the ones before. */
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
  /** Sum of {@link SeriesQuality.zeroVolumes}. */
  readonly zeroVolumes: number;
  /** Sum of {@link SeriesQuality.badVolumes}. */
  readonly badVolumes: number;
  /** Sum of {@link SeriesQuality.ohlcViolations}. */
  readonly ohlcViolations: number;
  /** Sum of {@link SeriesQuality.flatBars}. */
  readonly flatBars: number;
  /** Sum of {@link SeriesQuality.missingPrices}. */
  readonly missingPrices: number;
  /** Sum of {@link SeriesQuality.nonPositivePrices}. */
  readonly nonPositivePrices: number;
  /** Sum of {@link Jumps.count}. */
  readonly jumps: number;
}

/** The rows that the source could not take as they are. */
export interface BadRows {
  /** How many were left out or set to NaN, as the source's policy says. */
  readonly count: number;
  /** How many by reason. */
  readonly reasons: Readonly<Record<string, number>>;
  /** The first 20. */
  readonly first: readonly BadRow[];
}

/** What an ingest found. Plain data: it survives JSON. */
export interface IngestReport {
  /** What a row is. */
  readonly kind: RowKind;
  /** Good rows of the source. */
  readonly rowsRead: number;
  /** Rows in the dataset. */
  readonly rowsKept: number;
  /** Names of the stored columns, `timestamp` first. */
  readonly columns: readonly string[];
  /** Names of the text columns that the source has and a dataset of numbers cannot hold. */
  readonly droppedColumns: readonly string[];
  /** What the source assumed or left out to read its files; absent where it tells nothing. */
  readonly notes?: readonly string[];
  /** How equal times were resolved. */
  readonly duplicates: DuplicatePolicy;
  /** Rows that are not good. */
  readonly badRows: BadRows;
  /** Pairs of files of the source that share symbols and times; absent where none do. Resolved as the policy for duplicates says. */
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
