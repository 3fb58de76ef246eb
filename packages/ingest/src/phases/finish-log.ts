import { type BookedSeries, createGapBook, type GapBook } from "../quality/gap-book.ts";
import type { FinishedSeries, RewriteReason, SeriesCheck } from "../series/series-check.ts";

/** A finished series, whose gaps are in the book. */
interface LoggedSeries extends Pick<FinishedSeries, "placed" | "timesOfDay"> {
  readonly booked: BookedSeries;
}

/** Placed series that are checked, by symbol. The gaps of each are booked at once, as thousands of lists are large. */
export interface FinishLog {
  readonly book: GapBook;
  readonly series: Map<string, LoggedSeries>;
  /** Why one of them must be written again; undefined if none must. */
  reason: RewriteReason | undefined;
}

export function createFinishLog(): FinishLog {
  return { book: createGapBook(), series: new Map(), reason: undefined };
}

export function addCheck(log: FinishLog, check: SeriesCheck): void {
  if (typeof check === "string") log.reason ??= check;
  else {
    const { checked, placed, timesOfDay } = check;
    log.series.set(checked.quality.symbol, { booked: log.book.add(checked), placed, timesOfDay });
  }
}
