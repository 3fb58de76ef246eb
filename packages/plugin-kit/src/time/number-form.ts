import type { EpochUnit } from "./epoch-unit.ts";

/** A form of number that is a time by its value alone. */
export type NumberForm = EpochUnit | "yyyymmdd" | "yyyymmddhhmm" | "yyyymmddhhmmss" | "yyyymmddhhmmssSSS";

/**
 * The forms of numbers that are times by their value alone, because the values of no two forms overlap between 1980 and
 * 2100: the four units since 1970, then the digits of dates and times. The index of a form is its number in tallies.
 */
export const numberForms: readonly NumberForm[] = [
  "s",
  "ms",
  "us",
  "ns",
  "yyyymmdd",
  "yyyymmddhhmm",
  "yyyymmddhhmmss",
  "yyyymmddhhmmssSSS",
];

/** The number of the first form that is digits of a date. */
export const firstCalendarForm = 4;
/** The number in tallies of a time outside of the plausible years, which only an explicit unit gives. */
export const outsideForm = 8;
/** The number in tallies of any other time. */
export const usualForm = 9;
