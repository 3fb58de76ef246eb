import type { EpochUnit } from "./epoch-unit.ts";

/**
 * What a number that stands for a time counts: an {@link EpochUnit}, `days` since 1970-01-01, `excel` serials (days
 * since 1899-12-30, from 61 on), `yyyymm` (a month, or a year alone: its January), `yyyymmddhh` (a date and an hour,
 * 00 to 24), or `ticks` of .NET (100 ns since 0001-01-01). Decimals of days are a time of day, to the nearest
 * millisecond.
 */
export type TimeUnit = EpochUnit | "days" | "excel" | "yyyymm" | "yyyymmddhh" | "ticks";

/** All units, as the option `timeUnit` spells them. */
export const timeUnits: readonly TimeUnit[] = ["s", "ms", "us", "ns", "days", "excel", "yyyymm", "yyyymmddhh", "ticks"];

/** The start of 1980 in seconds since 1970. Without a unit, no number is a time before it. */
export const firstPlausible = 315_532_800;
/** The start of 2100 in seconds since 1970. Without a unit, no number is a time at or after it. */
export const afterPlausible = 4_102_444_800;
/**
 * The first number that without a unit is not a time in seconds, of 2032-09-28. From here on, numbers of ten digits are
 * more likely dates with hours, such as 2024010209, or dates of two-digit years, such as 2401020930.
 */
export const afterSeconds = 1_980_000_000;

/** Whether numbers of a unit count from 1970 in UTC; numbers of others are local times, or dates. */
export function countsInUtc(unit: string): boolean {
  return unit === "s" || unit === "ms" || unit === "us" || unit === "ns";
}
