import { AtcError } from "@atc/contract";
import { firstCalendarForm, type NumberForm, numberForms } from "./number-form.ts";
import { numberReader, unitReader } from "./number-reader.ts";
import { most, paddedBytes } from "./time-samples.ts";
import type { TimeUnit } from "./time-unit.ts";

/** What a column of numbers may be, if its values do not show it. */
interface Guess {
  readonly unit: TimeUnit;
  readonly what: string;
}

const names: Readonly<Record<TimeUnit, string>> = {
  s: "seconds since 1970",
  ms: "milliseconds since 1970",
  us: "microseconds since 1970",
  ns: "nanoseconds since 1970",
  days: "days since 1970",
  excel: "serial days of Excel",
  yyyymm: "months (yyyymm)",
  ticks: ".NET ticks",
};

/** The form of each number, by its index in {@link numberForms}; -1 if no form fits. */
function formsOf(numbers: readonly string[]): readonly number[] {
  const target = { form: 0 };
  const read = numberReader(target, false);
  const timespec = new Float64Array(2);
  return numbers.map((text) => (read(paddedBytes(text), 0, timespec) === text.length ? target.form : -1));
}

/** The time of a number in a unit, as ISO 8601; undefined if it has none. */
function timeIn(unit: TimeUnit, text: string): string | undefined {
  const timespec = new Float64Array(2);
  if (unitReader(unit, { form: 0 })(paddedBytes(text), 0, timespec) !== text.length) return undefined;
  const date = new Date(timespec[0] * 1000);
  return Number.isNaN(date.getTime())
    ? undefined
    : date.toISOString().replace(/T00:00:00\.000Z$|:00\.000Z$|\.\d+Z$/, "");
}

/** The unit since 1970 that gives times nearest to ours: the first of s, ms, us, ns with a year from 1800 to 2299. */
function distantUnit(text: string): TimeUnit {
  const isNear = (unit: TimeUnit): boolean => /^(?:1[89]|2[0-2])\d\d-/.test(timeIn(unit, text) ?? "");
  return (["s", "ms", "us", "ns"] as const).find(isNear) ?? "s";
}

/** What numbers that have no form may be, most likely first. */
function guessesOf(numbers: readonly string[]): readonly Guess[] {
  const within = (least: number, last: number): boolean =>
    most(numbers, (text) => Number(text) >= least && Math.floor(Number(text)) <= last);
  const guess = (unit: TimeUnit, what = names[unit]): Guess => ({ unit, what });
  if (within(6.2e17, 6.63e17)) return [guess("ticks"), guess("ns")];
  if (most(numbers, (text) => /^(?:19|20)\d\d(?:0[1-9]|1[0-2])(?:\.0*)?$/.test(text))) return [guess("yyyymm")];
  if (most(numbers, (text) => /^(?:1[89]|20)\d\d(?:\.0*)?$/.test(text))) return [guess("yyyymm", "years")];
  const days = [...(within(29_221, 73_415) ? [guess("excel")] : []), ...(within(3652, 47_482) ? [guess("days")] : [])];
  if (days.length > 0) return days;
  const unit = distantUnit(numbers[0] ?? "");
  if (!within(0, 86_399_999)) return [guess(unit)];
  return [guess(unit, `milliseconds of the day, which need a column of dates beside them, or ${names[unit]}`)];
}

/**
 * Whether all numbers may be dates with hours, such as 2024010209, which are as large as the seconds of 2032 to 2036.
 */
function areHours(numbers: readonly string[]): boolean {
  return numbers.every((text) =>
    /^(?:19[89]|20\d)\d(?:0[1-9]|1[0-2])(?:0[1-9]|[12]\d|3[01])(?:[01]\d|2[0-3])$/.test(text),
  );
}

function refusal(source: string, first: string, guesses: readonly Guess[]): AtcError {
  const advice = guesses.map(({ unit, what }) => {
    const time = timeIn(unit, first);
    return `${what} (--source-option timeUnit=${unit}${time === undefined ? "" : `, which reads it as ${time}`})`;
  });
  return new AtcError(
    "ATC_INVALID_DATA",
    `the numbers in the column of times of "${source}", such as "${first.slice(0, 80)}", may be ${advice.join(" or ")}; give that option if it is right`,
    { details: { path: source, option: "timeUnit", units: guesses.map(({ unit }) => unit) } },
  );
}

/** What a sample of a column of numbers shows. */
export interface NumberColumn {
  /** The form of most numbers. */
  readonly usual: NumberForm;
  /** Whether all numbers that have a form are dates without a time of day. */
  readonly areDates: boolean;
}

/**
 * What the numbers of a column of times count, by the majority of a sample.
 *
 * @param source - the source's name, for messages
 * @throws ATC_INVALID_DATA if most of them are not times without an option; the message names the option
 */
export function numberColumn(source: string, numbers: readonly string[]): NumberColumn {
  const forms = formsOf(numbers);
  const counts = numberForms.map((_, form) => forms.filter((found) => found === form).length);
  const known = counts.reduce((sum, count) => sum + count, 0);
  const strange = numbers.filter((_, i) => forms[i] === -1);
  if (known < strange.length) throw refusal(source, strange[0] ?? "", guessesOf(strange));
  if (numbers.length > 1 && areHours(numbers))
    throw refusal(source, numbers[0] ?? "", [
      {
        unit: "s",
        what: "dates with hours, which need minutes too (202401020900), or seconds since 1970",
      },
    ]);
  // Of equally many, the form that comes first in the file.
  const usual = forms.find((form) => counts[form] === Math.max(...counts)) ?? 0;
  return { usual: numberForms[usual] ?? "ms", areDates: counts[firstCalendarForm] === known };
}
