import type { ReadonlyTypedArray, RowKind } from "@atc/contract";
import { isoTime, timeAt } from "../base/iso-time.ts";
import { createGapFinder, type SeriesGaps } from "./gap-finder.ts";
import type { DuplicateCounts, QualityFinding, RowOrder, SeriesQuality } from "./ingest-report.ts";
import { createJumpFinder, jumpThreshold } from "./jump-finder.ts";
import { createOpenFinder } from "./open-finder.ts";
import type { PriceColumns, PriceTallies, TallyName } from "./price-checks.ts";
import { checkPrices, priceTallies } from "./price-checks.ts";
import type { SeriesScale } from "./series-scale.ts";

/** What is known of a series before its rows are checked. */
export interface SeriesFacts {
  readonly symbol: string;
  readonly kind: RowKind;
  readonly unitsPerMs: number;
  /** Rows read. */
  readonly rows: number;
  readonly unsorted: number;
  readonly equalTimes: number;
  /** Read after all rows are pushed; the caller counts them meanwhile. */
  readonly duplicates: DuplicateCounts;
  readonly scale: SeriesScale;
}

/** Consecutive rows of a series as columns. */
interface SeriesBlock {
  readonly length: number;
  /** Times as pairs of 32-bit words. */
  readonly times: ReadonlyTypedArray;
  /** Columns by name. Only prices and the volume are read. */
  readonly columns: Readonly<Record<string, NumberColumn | undefined>>;
}

type NumberColumn = ReadonlyTypedArray<number> | ReadonlyTypedArray<bigint>;

/** The findings in a series, before its gaps are compared with those of other symbols. */
export interface CheckedSeries {
  /** Its `gaps` are empty. */
  readonly quality: SeriesQuality;
  readonly gaps: SeriesGaps;
}

/** Checks the rows of a series block by block. */
export interface QualityCheck {
  /** Adds the next rows in order of time. */
  push(block: SeriesBlock): void;
  /** The quality of all rows, one or more. No rows may follow. */
  finish(): CheckedSeries;
}

export function createQualityCheck(facts: SeriesFacts): QualityCheck {
  const { unitsPerMs, scale, kind } = facts;
  const gaps = createGapFinder(kind === "bars" ? scale.interval : undefined);
  const jumps = createJumpFinder(jumpThreshold(scale.move), unitsPerMs);
  const opens = createOpenFinder(jumpThreshold(scale.move), unitsPerMs);
  const tallies = priceTallies();
  const firstTimes = new Map<string, string>();
  let rows = 0;
  let firstTime = "";
  let lastTime = "";
  return {
    push({ length, times, columns }) {
      const isoAt = (row: number): string => isoTime(timeAt(times, row), unitsPerMs);
      if (rows === 0) firstTime = isoAt(0);
      rows += length;
      lastTime = isoAt(length - 1);
      gaps.push(times, length);
      const prices = priceColumns(columns);
      checkPrices(prices, length, tallies);
      for (const name of tallyNames) {
        const tally = tallies[name];
        if (tally.at >= 0) firstTimes.set(name, isoAt(tally.at));
        tally.at = -1;
      }
      for (const place of tallies.strayOpens.places) {
        if (place.at >= 0) place.time = isoAt(place.at);
        place.at = -1;
      }
      const { open, high, low, close } = prices;
      if (close !== undefined) jumps.push(times, close, open, length);
      if (close !== undefined && open !== undefined && kind === "bars")
        opens.push(times, { open, high, low, close }, length);
    },
    finish: () => ({
      gaps: gaps.finish(),
      quality: {
        symbol: facts.symbol,
        rows,
        firstTime,
        lastTime,
        ...(scale.interval === undefined ? {} : { interval: scale.interval / unitsPerMs }),
        ...orderOf(facts),
        duplicates: {
          count: facts.duplicates.count,
          identical: facts.duplicates.identical,
          dropped: facts.duplicates.dropped,
        },
        gaps: { count: 0, shared: 0, withinDay: 0, longest: [] },
        ...findings(tallies, firstTimes),
        opensOutsideRange: {
          count: tallies.strayOpens.count,
          places: tallies.strayOpens.places.map(({ time, open, low, high }) => ({ time, open, low, high })),
        },
        openJumps: opens.found(),
        jumps: jumps.jumps(),
      },
    }),
  };
}

const tallyNames: readonly TallyName[] = [
  "zeroVolumes",
  "badVolumes",
  "ohlcViolations",
  "flatBars",
  "missingPrices",
  "nonPositivePrices",
];

function findings(tallies: PriceTallies, firstTimes: ReadonlyMap<string, string>): Record<TallyName, QualityFinding> {
  const finding = (name: TallyName): QualityFinding => {
    const first = firstTimes.get(name);
    return first === undefined ? { count: 0 } : { count: tallies[name].count, first };
  };
  return {
    zeroVolumes: finding("zeroVolumes"),
    badVolumes: finding("badVolumes"),
    ohlcViolations: finding("ohlcViolations"),
    flatBars: finding("flatBars"),
    missingPrices: finding("missingPrices"),
    nonPositivePrices: finding("nonPositivePrices"),
  };
}

function orderOf({ rows, unsorted, equalTimes }: SeriesFacts): {
  order: RowOrder;
  unsorted: number;
  outOfOrder: number;
} {
  const forward = rows - 1 - unsorted - equalTimes;
  const minority = Math.min(unsorted, forward);
  const newestFirst = unsorted > forward;
  const mixed = minority > 0.1 * (unsorted + forward);
  const order = mixed ? "mixed" : newestFirst ? "newest-first" : "oldest-first";
  return { order, unsorted, outOfOrder: newestFirst ? forward : unsorted };
}

function priceColumns(columns: SeriesBlock["columns"]): PriceColumns {
  return {
    open: numbers(columns["open"]),
    high: numbers(columns["high"]),
    low: numbers(columns["low"]),
    close: numbers(columns["close"]),
    volume: numbers(columns["volume"]),
  };
}

/** A column, unless it is of 64-bit integers. */
function numbers(column: NumberColumn | undefined): ReadonlyTypedArray | undefined {
  return column === undefined || isBigInt(column) ? undefined : column;
}

function isBigInt(column: NumberColumn): column is ReadonlyTypedArray<bigint> {
  return column instanceof BigInt64Array;
}
