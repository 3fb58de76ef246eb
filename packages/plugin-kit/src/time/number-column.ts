import { AtcError } from "@atc/contract";
import { firstCalendarForm, type NumberForm, numberForms } from "./number-form.ts";
import { numberReader, unitReader } from "./number-reader.ts";
import { most, paddedBytes } from "./time-samples.ts";
import { afterSeconds, type TimeUnit } from "./time-unit.ts";

/** What a column of numbers may be, if its values do not show it. */
interface Guess {
  /** The unit that reads them; undefined if none does. */
  readonly unit?: TimeUnit;
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
  yyyymmddhh: "dates with hours (yyyymmddhh)",
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

/** Numbers that are as large as times since 1970, but look like digits of a date. */
const hours = /^(?:19[89]|20\d)\d(?:0[1-9]|1[0-2])(?:0[1-9]|[12]\d|3[01])(?:[01]\d|2[0-4])(?:\.0*)?$/;
const shortMinutes = /^\d?\d(?:0[1-9]|1[0-2])(?:0[1-9]|[12]\d|3[01])(?:[01]\d|2[0-3])[0-5]\d(?:\.0*)?$/;
const shortSeconds = /^\d\d(?:0[1-9]|1[0-2])(?:0[1-9]|[12]\d|3[01])(?:[01]\d|2[0-3])(?:[0-5]\d){2}(?:\.0*)?$/;

const shortMinutesGuess: Guess = {
  what: "dates with a year of two digits (yymmddhhmm), which are read if the year has four (202401020930)",
};
const shortSecondsGuess: Guess = {
  what: "dates with a year of two digits (yymmddhhmmss), which are read if the year has four (20240102093000)",
};

/** Forms of dates that no unit reads, by the look of their numbers. */
const unreadForms: readonly (readonly [look: RegExp, what: string])[] = [
  [
    /^(?:19|20)\d{6}\.\d*[1-9]\d*$/,
    "dates with a time of day behind a point, which are read without it (202401020930)",
  ],
  [/^(?:0?[1-9]|[12]\d|3[01])(?:0[1-9]|1[0-2])(?:19|20)\d\d(?:\.0*)?$/, "dates with the day first (ddmmyyyy)"],
  [/^(?:0?[1-9]|1[0-2])(?:0[1-9]|[12]\d|3[01])(?:19|20)\d\d(?:\.0*)?$/, "dates with the month first (mmddyyyy)"],
  [/^(?:19|20)\d\d(?:[0-2]\d\d|3[0-5]\d|36[0-6])(?:\.0*)?$/, "years with the day of the year (yyyyddd)"],
  [/^(?:1[7-9]|2[0-2])\d{6}(?:\.0*)?$/, "digits of dates (yyyymmdd) that do not exist"],
  [/^1(?:19[6-9]|[2-4]\d\d|5[0-7]\d)\d{14}(?:\.0*)?$/, "a FILETIME of Windows, which counts 100 ns since 1601"],
];

/** What numbers that have no form may be, most likely first. */
function guessesOf(numbers: readonly string[]): readonly Guess[] {
  const within = (least: number, last: number): boolean =>
    most(numbers, (text) => Number(text) >= least && Math.floor(Number(text)) <= last);
  const look = (form: RegExp): boolean => most(numbers, (text) => form.test(text));
  const guess = (unit: TimeUnit, what = names[unit]): Guess => ({ unit, what });
  if (within(6.2e17, 6.63e17)) return [guess("ticks"), guess("ns")];
  if (look(hours)) return [guess("yyyymmddhh"), ...(look(shortMinutes) ? [shortMinutesGuess] : []), guess("s")];
  if (within(afterSeconds, 9_999_999_999) && look(shortMinutes)) return [shortMinutesGuess, guess("s")];
  if (within(1e11, 999_999_999_999) && look(shortSeconds)) return [shortSecondsGuess];
  if (look(/^(?:19|20)\d\d(?:0[1-9]|1[0-2])(?:\.0*)?$/)) return [guess("yyyymm")];
  if (look(/^\d\d(?:0[1-9]|1[0-2])(?:0[1-9]|[12]\d|3[01])(?:\.0*)?$/))
    return [{ what: "dates with a year of two digits (yymmdd), which are read if the year has four (20240102)" }];
  if (look(/^(?:1[89]|20)\d\d(?:\.0*)?$/)) return [guess("yyyymm", "years")];
  const unread = unreadForms.filter(([form]) => look(form)).map(([, what]): Guess => ({ what }));
  if (unread.length > 0) return unread;
  const days = [...(within(29_221, 73_415) ? [guess("excel")] : []), ...(within(3652, 47_482) ? [guess("days")] : [])];
  if (days.length > 0) return days;
  const unit = distantUnit(numbers[0] ?? "");
  if (!within(0, 86_399_999)) return [guess(unit)];
  return [guess(unit, `milliseconds of the day, which need a column of dates beside them, or ${names[unit]}`)];
}

function refusal(source: string, first: string, guesses: readonly Guess[]): AtcError {
  const advice = guesses.map(({ unit, what }) => {
    if (unit === undefined) return what;
    const time = timeIn(unit, first);
    return `${what} (--source-option timeUnit=${unit}${time === undefined ? "" : `, which reads it as ${time}`})`;
  });
  const units = guesses.flatMap(({ unit }) => unit ?? []);
  const needsForm = "write such times as 2024-01-31 09:30";
  const end =
    units.length === 0
      ? needsForm
      : `give that option if it is right${units.length < guesses.length ? `, or ${needsForm}` : ""}`;
  return new AtcError(
    "ATC_INVALID_DATA",
    `the numbers in the column of times of "${source}", such as "${first.slice(0, 80)}", may be ${advice.join(" or ")}; ${end}`,
    { details: { path: source, option: "timeUnit", units } },
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
  // Seconds of 1980 to 2032 and milliseconds of the last century that all look like digits of a date may be one.
  // One number alone shows too little: one of 200 counts of seconds looks so.
  const areSeveral = new Set(numbers).size > 1;
  if (areSeveral && numbers.every((text) => shortMinutes.test(text)))
    throw refusal(source, numbers[0] ?? "", [shortMinutesGuess, { unit: "s", what: names.s }]);
  if (areSeveral && counts[firstCalendarForm + 1] === 0 && numbers.every((text) => shortSeconds.test(text)))
    throw refusal(source, numbers[0] ?? "", [shortSecondsGuess, { unit: "ms", what: names.ms }]);
  // Of equally many, the form that comes first in the file.
  const usual = forms.find((form) => counts[form] === Math.max(...counts)) ?? 0;
  return { usual: numberForms[usual] ?? "ms", areDates: counts[firstCalendarForm] === known };
}
