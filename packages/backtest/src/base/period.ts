import { AtcError, type Series } from "@atc/contract";
import { firstRowFrom } from "@atc/plugin-kit";
import { isoTime, type TimeUnit } from "./calendar.ts";

/** A time from `from`, inclusive, to `to`, exclusive, in ms since 1970-01-01T00:00:00Z, also for ticks. */
export interface Period {
  /** Inclusive. Defaults to the first bar. */
  readonly from?: number | undefined;
  /** Exclusive. Defaults to the end. */
  readonly to?: number | undefined;
}

/** Which rows of a series are used: the last ones of it, and among them those of a period. */
interface RowChoice {
  readonly limit?: number | undefined;
  readonly period?: Period | undefined;
}

/** The rows that a run over a period reads. */
export interface PeriodRows {
  /** The first row that signals see. */
  readonly start: number;
  /** The first row of the period; `to` if the period has no row. */
  readonly from: number;
  /** The row after the last one of the period. Nothing reads it. */
  readonly to: number;
  /** The most bars of the account's curve: those of the period, and the bar before it. 0 if the period has no row. */
  readonly curveBars: number;
}

/** Throws ATC_INVALID_ARGUMENT unless a number of bars is whole and 1 or more, or undefined. */
export function checkCount(name: string, value: number | undefined): void {
  if (value === undefined || (Number.isSafeInteger(value) && value >= 1)) return;
  throw new AtcError("ATC_INVALID_ARGUMENT", `${name} is "${value}"; give a whole number of bars, 1 or more`, {
    details: { [name]: String(value) },
  });
}

/** Throws ATC_INVALID_ARGUMENT unless a period has whole milliseconds and holds a time. */
export function checkPeriod({ from, to }: Period): void {
  for (const [name, value] of Object.entries({ from, to }))
    if (value !== undefined && !Number.isSafeInteger(value))
      throw new AtcError("ATC_INVALID_ARGUMENT", `${name} of the period is "${value}"; give whole milliseconds`, {
        details: { [name]: String(value) },
      });
  if (from === undefined || to === undefined || from < to) return;
  throw new AtcError(
    "ATC_INVALID_ARGUMENT",
    `no time is ${periodText({ from, to })}; the end is exclusive, so it must be later than the start`,
    { details: { from: textOf(from), to: textOf(to) } },
  );
}

function textOf(ms: number): string {
  return isoTime(BigInt(ms), "ms");
}

/** The period in words: `from 2024-01-01T00:00:00.000Z, before 2025-01-01T00:00:00.000Z`. */
export function periodText({ from, to }: Period): string {
  if (from === undefined && to === undefined) return "at any time";
  return [from === undefined ? "" : `from ${textOf(from)}`, to === undefined ? "" : `before ${textOf(to)}`]
    .filter((part) => part !== "")
    .join(", ");
}

/** A time in ms in the unit of a series. */
function inUnit(ms: number, unit: TimeUnit): bigint {
  return unit === "ns" ? BigInt(ms) * 1_000_000n : BigInt(ms);
}

/** The start of a period in the unit of a series; undefined if it has none. */
export function periodStart(period: Period | undefined, unit: TimeUnit): bigint | undefined {
  return period?.from === undefined ? undefined : inUnit(period.from, unit);
}

function unitOf({ columns: [time] }: Series): TimeUnit {
  return time?.type === "timestamp[ns]" ? "ns" : "ms";
}

function timeOfRow(series: Series, row: number): bigint {
  for (const block of series.blocks({ columns: ["timestamp"], from: row, to: row + 1 })) return block.times()[0];
  throw new RangeError(`row ${row} of ${series.length}`);
}

/** The first row at `ms` or later. */
function rowFrom(series: Series, ms: number): number {
  return firstRowFrom(series, inUnit(ms, unitOf(series)));
}

/**
 * The rows of a series for a run over a period. `limit` cuts first: it counts from the last row of the series, whatever
 * the period is.
 *
 * @throws ATC_INVALID_ARGUMENT for a limit below 1, or a period without a time
 */
export function periodRows(series: Series, { limit, period }: RowChoice): PeriodRows {
  checkCount("limit", limit);
  const { length } = series;
  const start = limit === undefined ? 0 : Math.max(0, length - limit);
  if (period === undefined) return { start, from: start, to: length, curveBars: length - start };
  checkPeriod(period);
  const to = Math.max(start, period.to === undefined ? length : rowFrom(series, period.to));
  const from = Math.max(start, period.from === undefined ? 0 : rowFrom(series, period.from));
  if (from >= to) return { start, from: to, to, curveBars: 0 };
  return { start, from, to, curveBars: to - from + (from > start ? 1 : 0) };
}

/** The ATC_INVALID_DATA of a series that has no bar in the period. The series may have no bar at all. */
export function outsidePeriod(series: Series, { limit, period = {} }: RowChoice): AtcError {
  const { symbol, length } = series;
  const missing = `symbol "${symbol}" has no bar ${periodText(period)}`;
  const remedy = "; choose another period, or leave the symbol out";
  if (length === 0) return new AtcError("ATC_INVALID_DATA", `${missing}${remedy}`, { details: { symbol } });
  const { start } = periodRows(series, { limit });
  const [first, last] = [start, length - 1].map((row) => isoTime(timeOfRow(series, row), unitOf(series)));
  const within = start > 0 ? `, within the limit of ${limit} bars` : "";
  const known = `: its bars are from ${first} to ${last}${within}`;
  return new AtcError("ATC_INVALID_DATA", `${missing}${known}${remedy}`, { details: { symbol, first, last } });
}
