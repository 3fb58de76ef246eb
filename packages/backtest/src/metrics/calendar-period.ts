/** Milliseconds of a day in UTC. */
export const msPerDay = 86_400_000;

/** A kind of period in UTC. */
export type PeriodKind = "day" | "month" | "year";

/** Days since 1970-01-01 of the first day of a month, counted from 0 over all years, for any year. */
function firstDayOfMonth(month: number): number {
  // Years that begin in March have their leap day at the end, and the lengths of months repeat every five months.
  const shifted = month - 2;
  const year = Math.floor(shifted / 12);
  const era = Math.floor(year / 400);
  const yearOfEra = year - era * 400;
  const dayOfYear = Math.floor((153 * (shifted - year * 12) + 2) / 5);
  const dayOfEra = yearOfEra * 365 + Math.floor(yearOfEra / 4) - Math.floor(yearOfEra / 100) + dayOfYear;
  return era * 146_097 + dayOfEra - 719_468;
}

/** The month of a time in ms, in UTC: 12 x year + 0 for January, also beyond what a Date can hold. */
export function monthOf(ms: number): number {
  const days = Math.floor(ms / msPerDay) + 719_468;
  const era = Math.floor(days / 146_097);
  const dayOfEra = days - era * 146_097;
  const yearOfEra = Math.floor(
    (dayOfEra - Math.floor(dayOfEra / 1460) + Math.floor(dayOfEra / 36_524) - Math.floor(dayOfEra / 146_096)) / 365,
  );
  const dayOfYear = dayOfEra - (365 * yearOfEra + Math.floor(yearOfEra / 4) - Math.floor(yearOfEra / 100));
  return 12 * (yearOfEra + era * 400) + Math.floor((5 * dayOfYear + 2) / 153) + 2;
}

/** The end, exclusive, of the period that holds a time; both in ms. */
export function endOfPeriod(kind: PeriodKind, ms: number): number {
  if (kind === "day") return (Math.floor(ms / msPerDay) + 1) * msPerDay;
  const month = monthOf(ms);
  return firstDayOfMonth(kind === "month" ? month + 1 : 12 * (Math.floor(month / 12) + 1)) * msPerDay;
}
