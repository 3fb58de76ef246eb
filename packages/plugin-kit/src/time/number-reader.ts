import { DOT, MINUS, PLUS, ZERO } from "../text/ascii.ts";
import { digitsEnd, digitsOf, epochReader, scaledReader } from "./epoch-reader.ts";
import { looseReader } from "./loose-reader.ts";
import { firstCalendarForm, outsideForm, usualForm } from "./number-form.ts";
import { daySeconds } from "./time-fields.ts";
import type { TimeTally } from "./time-tally.ts";
import { afterPlausible, afterSeconds, firstPlausible, type TimeUnit } from "./time-unit.ts";
import type { TimespecReader } from "./timespec.ts";

/** What receives the form of each time. */
type FormTarget = Pick<TimeTally, "form">;

/**
 * The seconds in which nanoseconds since 1970 look like the .NET ticks of our time: their numbers have 18 digits, from
 * 6.2e17 to 6.63e17.
 */
export const firstTicksSecond = 620_000_000;
export const lastTicksSecond = 663_000_000;

/** The form of a number of so many digits, by its first digit; -1 if no form has that many. */
function formOf(digits: number, firstDigit: number): number {
  if (digits === 13) return 1;
  if (digits === 10 || digits === 9) return 0;
  if (digits === 16 || digits === 15) return 2;
  if (digits === 19 || digits === 18) return 3;
  if (digits === 8) return 4;
  // Milliseconds of 1980 start with 315, dates with a year.
  if (digits === 12) return firstDigit >= 3 ? 1 : 5;
  return digits === 14 ? 6 : digits === 17 ? 7 : -1;
}

/** The offset after a point and zeros at `at`, which programs add to whole numbers; `at` if there is none. */
function zerosEnd(bytes: Uint8Array, at: number): number {
  if (bytes[at] !== DOT) return at;
  let end = at + 1;
  while (bytes[end] === ZERO) end++;
  return end;
}

/**
 * A reader of numbers whose value decides what they count: the unit since 1970 that puts the time between 1980 and
 * 2100, the digits of a date, 1700 to 2299, or of a date with a time of day, 1980 to 2099. Any other number is refused.
 * So are those that may be nanoseconds of 1989 and 1990 or .NET ticks of our time, and seconds from
 * {@link afterSeconds} on.
 *
 * @param isLocal - whether numbers since 1970 are refused, because the times are local ones
 */
export function numberReader(target: FormTarget, isLocal: boolean): TimespecReader {
  const readSeconds = epochReader("s");
  const readMilliseconds = epochReader("ms");
  const readMicroseconds = epochReader("us");
  const readNanoseconds = epochReader("ns");
  const readDigits = looseReader({ dateOrder: "ymd", isTwelveHour: false, isZoned: false });
  return (bytes, position, timespec) => {
    let first = bytes[position] === PLUS ? position + 1 : position;
    while (bytes[first] === ZERO) first++;
    const form = formOf(digitsEnd(bytes, first) - first, bytes[first] - ZERO);
    if (form < 0) return -1;
    target.form = form;
    if (form >= firstCalendarForm) {
      const century = digitsOf(bytes, first, first + 2);
      if (century < 17 || century > 22) return -1;
      const end = readDigits(bytes, first, timespec);
      return end < 0 ? -1 : zerosEnd(bytes, end);
    }
    if (isLocal) return -1;
    let end: number;
    if (form === 1) end = readMilliseconds(bytes, first, timespec);
    else if (form === 0) end = readSeconds(bytes, first, timespec);
    else end = form === 2 ? readMicroseconds(bytes, first, timespec) : readNanoseconds(bytes, first, timespec);
    const seconds = timespec[0];
    if (seconds < firstPlausible || seconds >= (form === 0 ? afterSeconds : afterPlausible)) return -1;
    if (form !== 3 || seconds < firstTicksSecond || seconds > lastTicksSecond) return end;
    return seconds === lastTicksSecond && timespec[1] > 0 ? end : -1;
  };
}

const day = 86_400;
/** The day 0 of Excel, 1899-12-30, in days since 1970. */
const excelEpoch = 25_569;
/** The first serial that is right: until it, Excel counts a day that did not exist, 1900-02-29. */
const firstSerial = 61;
/** The start of the year 1 in seconds before 1970. */
const ticksEpoch = 62_135_596_800;

/** A reader of days since the day `epoch`, at least `least`, whose decimals are a time of day. */
function dayReader(epoch: number, least: number): TimespecReader {
  return (bytes, position, timespec) => {
    const sign = bytes[position];
    const first = sign === MINUS || sign === PLUS ? position + 1 : position;
    const point = digitsEnd(bytes, first);
    if (point === first || point - first > 9) return -1;
    let days = digitsOf(bytes, first, point);
    let end = point;
    if (bytes[point] === DOT) {
      end = digitsEnd(bytes, point + 1);
      const kept = Math.min(end, point + 16);
      days += digitsOf(bytes, point + 1, kept) / 10 ** (kept - point - 1);
    }
    if (sign === MINUS) days = -days;
    if (days < least) return -1;
    const whole = Math.floor(days);
    // As many decimals as a double has beside five digits of days are exact to some microseconds only.
    const milliseconds = Math.round((days - whole) * day * 1000);
    const seconds = Math.floor(milliseconds / 1000);
    timespec[0] = (whole - epoch) * day + seconds;
    timespec[1] = (milliseconds - seconds * 1000) * 1e6;
    return end;
  };
}

/** Reads `YYYYMM`, or `YYYY` as its January. */
const readMonth: TimespecReader = (bytes, position, timespec) => {
  const end = digitsEnd(bytes, position);
  if (end - position !== 6 && end - position !== 4) return -1;
  const month = end - position === 6 ? digitsOf(bytes, position + 4, end) : 1;
  timespec[0] = daySeconds(digitsOf(bytes, position, position + 4), month, 1);
  timespec[1] = 0;
  return Number.isNaN(timespec[0]) ? -1 : zerosEnd(bytes, end);
};

/** Reads `YYYYMMDDhh`. The hour 24 is the next midnight. */
const readHour: TimespecReader = (bytes, position, timespec) => {
  const end = digitsEnd(bytes, position);
  if (end - position !== 10) return -1;
  const hours = digitsOf(bytes, position + 8, end);
  const midnight = daySeconds(
    digitsOf(bytes, position, position + 4),
    digitsOf(bytes, position + 4, position + 6),
    digitsOf(bytes, position + 6, position + 8),
  );
  timespec[0] = midnight + hours * 3600;
  timespec[1] = 0;
  return Number.isNaN(midnight) || hours > 24 ? -1 : zerosEnd(bytes, end);
};

const readTenths = scaledReader(7);

/** Reads ticks of .NET. */
const readTicks: TimespecReader = (bytes, position, timespec) => {
  const end = readTenths(bytes, position, timespec);
  timespec[0] = timespec[0] - ticksEpoch;
  return end;
};

function plainUnitReader(unit: TimeUnit): TimespecReader {
  if (unit === "days") return dayReader(0, Number.NEGATIVE_INFINITY);
  if (unit === "excel") return dayReader(excelEpoch, firstSerial);
  if (unit === "yyyymm") return readMonth;
  if (unit === "yyyymmddhh") return readHour;
  return unit === "ticks" ? readTicks : epochReader(unit);
}

/** A reader of numbers of a unit. It reports times outside of the years 1980 to 2099 to `target`. */
export function unitReader(unit: TimeUnit, target: FormTarget): TimespecReader {
  const read = plainUnitReader(unit);
  return (bytes, position, timespec) => {
    const end = read(bytes, position, timespec);
    const seconds = timespec[0];
    target.form = seconds < firstPlausible || seconds >= afterPlausible ? outsideForm : usualForm;
    return end;
  };
}
