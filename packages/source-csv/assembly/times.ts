import { eightDigits, nonDigits } from "./decimal";
import {
  dateAt,
  dateRestAt,
  dateValueAt,
  formFirstAt,
  formRowsAt,
  othersAt,
  timeDigitsAt,
  timeFormatAt,
  usualCountAt,
  usualDigitsAt,
  usualFirstAt,
  usualFormAt,
  zonedAt,
} from "./state";

/** The address after the last time; 0 if it was unusual. */
export let timeEnd: usize = 0;

@inline
function two(at: usize): u32 {
  const tens = <u32>load<u8>(at) - 48;
  const ones = <u32>load<u8>(at + 1) - 48;
  return tens < 10 && ones < 10 ? tens * 10 + ones : 1000;
}

@inline
function unitsPerSecond(state: usize): i64 {
  return load<u32>(state, timeDigitsAt) == 3 ? 1000 : 1000000000;
}

/** Days from 1970-01-01 (Howard Hinnant, "chrono-Compatible Low-Level Date Algorithms"). */
function daysOf(year: i32, month: i32, day: i32): i32 {
  const y = month <= 2 ? year - 1 : year;
  const era = (y >= 0 ? y : y - 399) / 400;
  const ofEra = y - era * 400;
  const ofYear = (153 * (month + (month > 2 ? -3 : 9)) + 2) / 5 + day - 1;
  return era * 146097 + ofEra * 365 + ofEra / 4 - ofEra / 100 + ofYear - 719468;
}

/** Whether a year has this day. */
function isDate(year: u32, month: u32, day: u32): bool {
  if (month < 1 || month > 12 || day < 1 || day > 31) return false;
  const leap = year % 4 == 0 && (year % 100 != 0 || year % 400 == 0);
  const short = month == 4 || month == 6 || month == 9 || month == 11;
  return day <= <u32>(month == 2 ? (leap ? 29 : 28) : short ? 30 : 31);
}

/**
 * Reads `YYYY-MM-DD` (or with `/` or `.`) and remembers it as the last date; false if it is not a date or is near the
 * limits of int64.
 */
function learnDate(state: usize, at: usize): bool {
  const century = two(at);
  const year = two(at + 2);
  const month = two(at + 5);
  const day = two(at + 8);
  const mark = <u32>load<u8>(at + 4);
  if ((mark != 45 && mark != 46 && mark != 47) || load<u8>(at + 7) != mark) return false;
  if (century > 99 || year > 99) return false;
  const full = century * 100 + year;
  if (!isDate(full, month, day)) return false;
  if (load<u32>(state, timeDigitsAt) == 9 && (full < 1678 || full > 2261)) return false;
  store<i64>(state, <i64>daysOf(full, month, day) * 86400 * unitsPerSecond(state), dateValueAt);
  store<u64>(state, load<u64>(at), dateAt);
  store<u64>(state, load<u16>(at + 8), dateRestAt);
  return true;
}

/** The address after the last fraction; 0 if it was unusual. */
let fractionEnd: usize = 0;

/** Reads 1 to 9 digits of a fraction of a second, as units of stored times. */
@inline
function readFraction(state: usize, at: usize): i64 {
  const kept = load<u32>(state, timeDigitsAt);
  const word = load<u64>(at) ^ 0x3030303030303030;
  // Exactly three digits, as most programs write them.
  if ((nonDigits(word) & 0x80808080) == 0x80000000) {
    fractionEnd = at + 3;
    const thousandths = (word & 15) * 100 + ((word >> 8) & 15) * 10 + ((word >> 16) & 15);
    return <i64>(kept == 3 ? thousandths : thousandths * 1000000);
  }
  fractionEnd = 0;
  let units: i64 = 0;
  let places: u32 = 0;
  for (let digit = <u32>load<u8>(at) - 48; digit < 10; digit = <u32>load<u8>(++at) - 48) {
    if (places < kept) units = units * 10 + digit;
    places++;
  }
  if (places == 0 || places > 9) return 0;
  for (; places < kept; places++) units *= 10;
  fractionEnd = at;
  return units;
}

/** Reads a time of day, `hh:mm[:ss[.fraction]]`, then `Z` or `+00:00` if times have zones, as units after midnight. */
@inline
export function readClock(state: usize, at: usize): i64 {
  const word = load<u64>(at);
  timeEnd = 0;
  // Checks the positions of digits, and the colon after the hour.
  const strange = nonDigits(word ^ 0x3030303030303030);
  if ((strange & 0x0000008080008080) != 0 || ((word >> 16) & 0xff) != 58) return 0;
  const digits = word & 0x0f0f000f0f000f0f;
  const hours = (digits & 15) * 10 + ((digits >> 8) & 15);
  const minutes = ((digits >> 24) & 15) * 10 + ((digits >> 32) & 15);
  let end = at + 5;
  let seconds: u64 = 0;
  let units: i64 = 0;
  if (((word >> 40) & 0xff) == 58) {
    if ((strange & 0x8080000000000000) != 0) return 0;
    seconds = ((digits >> 48) & 15) * 10 + (digits >> 56);
    end = at + 8;
    if (load<u8>(end) == 46) {
      units = readFraction(state, end + 1);
      end = fractionEnd;
      if (end == 0) return 0;
    }
  }
  if (hours > 23 || minutes > 59 || seconds > 59) return 0;
  if (load<u32>(state, zonedAt) != 0) {
    const byte = <u32>load<u8>(end);
    if ((byte | 32) == 122) end++;
    else if (byte == 43 && load<u32>(end, 1) == 0x303a3030 && load<u8>(end, 5) == 48) end += 6;
    else return 0;
  }
  timeEnd = end;
  return <i64>(hours * 3600 + minutes * 60 + seconds) * unitsPerSecond(state) + units;
}

/** Reads an ISO date, and the time of day after it unless `dateOnly`. Neighbours in a file mostly share the date. */
@inline
export function readIso(state: usize, at: usize, dateOnly: bool): i64 {
  timeEnd = 0;
  if (load<u64>(at) != load<u64>(state, dateAt) || <u64>load<u16>(at + 8) != load<u64>(state, dateRestAt)) {
    if (!learnDate(state, at)) return 0;
  }
  const midnight = load<i64>(state, dateValueAt);
  const byte = <u32>load<u8>(at + 10);
  if (dateOnly || (byte != 32 && (byte | 32) != 116)) {
    timeEnd = at + 10;
    return midnight;
  }
  return midnight + readClock(state, at + 11);
}

/** The start of 1980, and the seconds from there to 2100. */
const firstSecond: u64 = 315532800;
const seconds: u64 = 3786912000;
/** The seconds from 1980 to the number 1980000000, from which on ten digits are not taken for seconds. */
const plainSeconds: u64 = 1664467200;
/** Nanoseconds that may be .NET ticks of our time, and how many there are. */
const firstTicks: u64 = 620000000000000000;
const ticks: u64 = 43000000000000001;
/** TypeScript checks times after the year 2200. */
const afterSecond: u64 = 7258118400;
/** The number of the form of times outside of 1980 to 2100. */
const outside: i32 = 8;

/** The form of the last number, if it is not the usual one; else -1. */
export let otherForm: i32 = -1;

/** Forgets the form of the last number. */
@inline
export function forgetForm(): void {
  otherForm = -1;
}

/** Converts a number of which `fraction` digits are fractions of a second to the unit of stored times. */
@inline
function scaled(state: usize, value: u64, fraction: u32): i64 {
  let kept = load<u32>(state, timeDigitsAt);
  for (; kept < fraction; kept++) value /= 10;
  for (; kept > fraction; kept--) value *= 10;
  return <i64>value;
}

/**
 * The start of a date in the unit of stored times; -1 if there is no such date. Neighbours in a file share the date.
 */
@inline
function midnightOf(state: usize, date: u32): i64 {
  if (<u64>date == load<u64>(state, dateAt)) return load<i64>(state, dateValueAt);
  const year = date / 10000;
  const month = (date / 100) % 100;
  const day = date % 100;
  if (!isDate(year, month, day) || (load<u32>(state, timeDigitsAt) == 9 && year > 2261)) return -1;
  store<u64>(state, <u64>date, dateAt);
  const midnight = <i64>daysOf(year, month, day) * 86400 * unitsPerSecond(state);
  store<i64>(state, midnight, dateValueAt);
  return midnight;
}

/** The time of a date and the digits hhmmssSSS; -1 if there is none, or it is before 1970: TypeScript reads it. */
function dateTime(state: usize, date: u32, clock: u32): i64 {
  const midnight = midnightOf(state, date);
  const hours = clock / 10000000;
  const minutes = (clock / 100000) % 100;
  const milliseconds = clock % 100000;
  if (midnight < 0 || hours > 23 || minutes > 59 || milliseconds > 59999) return -1;
  const all = (hours * 60 + minutes) * 60000 + milliseconds;
  return midnight + <i64>all * (load<u32>(state, timeDigitsAt) == 3 ? 1 : 1000000);
}

/** Reads a number of another form than the usual one; `timeEnd` stays 0 if it has none. */
function readOtherForm(state: usize, value: u64, end: usize): i64 {
  let form = outside;
  let time: i64 = -1;
  if (load<u32>(state, timeFormatAt) == 2) {
    let limit = afterSecond;
    const fraction = load<u32>(state, usualDigitsAt);
    for (let i: u32 = 0; i < fraction; i++) limit *= 10;
    if (value < limit) time = scaled(state, value, fraction);
  } else if (value - firstSecond < plainSeconds) {
    form = 0;
    time = scaled(state, value, 0);
  } else if (value - firstSecond * 1000 < seconds * 1000) {
    form = 1;
    time = scaled(state, value, 3);
  } else if (value - firstSecond * 1000000 < seconds * 1000000) {
    form = 2;
    time = scaled(state, value, 6);
  } else if (value - firstSecond * 1000000000 < seconds * 1000000000) {
    form = 3;
    if (value - firstTicks >= ticks) time = scaled(state, value, 9);
  } else if (value - 17000000 < 6000000) {
    form = 4;
    time = midnightOf(state, <u32>value);
  } else if (value - 198000000000 < 12000000000) {
    form = 5;
    time = dateTime(state, <u32>(value / 10000), <u32>(value % 10000) * 100000);
  } else if (value - 19800000000000 < 1200000000000) {
    form = 6;
    time = dateTime(state, <u32>(value / 1000000), <u32>(value % 1000000) * 1000);
  } else if (value - 19800000000000000 < 1200000000000000) {
    form = 7;
    time = dateTime(state, <u32>(value / 1000000000), <u32>(value % 1000000000));
  }
  if (time < 0) return 0;
  if (form != load<i32>(state, usualFormAt)) otherForm = form;
  timeEnd = end;
  return time;
}

/** Counts the row `row`, whose time has another form than the usual one. */
export function countForm(state: usize, row: u32): void {
  const form = <usize>otherForm << 2;
  const rows = load<u32>(state + form, formRowsAt);
  if (rows == 0) store<u32>(state + form, row, formFirstAt);
  store<u32>(state + form, rows + 1, formRowsAt);
  store<u32>(state, load<u32>(state, othersAt) + 1, othersAt);
}

/**
 * Reads the time that the digits between `at` and `end` stand for: of the usual unit, or else of the form they have.
 */
@inline
export function readNumber(state: usize, at: usize, end: usize): i64 {
  timeEnd = 0;
  const digits = <u32>(end - at);
  let value: u64 = 0;
  if (digits - 9 < 8) {
    const high = (load<u64>(at) ^ 0x3030303030303030) << ((16 - <u64>digits) << 3);
    const low = load<u64>(end - 8) ^ 0x3030303030303030;
    if ((nonDigits(high) | nonDigits(low)) != 0) return 0;
    value = eightDigits(high) * 100000000 + eightDigits(low);
  } else {
    if (digits == 0 || digits > 19) return 0;
    for (let next = at; next < end; next++) {
      const digit = <u32>load<u8>(next) - 48;
      if (digit > 9) return 0;
      value = value * 10 + digit;
    }
  }
  const fraction = load<u32>(state, usualDigitsAt);
  // So many digits of one unit are refused, even if they are zeros.
  if (digits > 15 + fraction && load<u32>(state, timeFormatAt) == 2) return 0;
  if (value - load<u64>(state, usualFirstAt) >= load<u64>(state, usualCountAt)) return readOtherForm(state, value, end);
  timeEnd = end;
  // The ticks of .NET are within the nanoseconds of 1980 to 2100.
  if (fraction == 9 && value - firstTicks < ticks && load<u32>(state, timeFormatAt) == 1) timeEnd = 0;
  return scaled(state, value, fraction);
}
