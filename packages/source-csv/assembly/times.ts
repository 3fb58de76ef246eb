import { eightDigits, nonDigits } from "./decimal";
import { dateAt, dateRestAt, dateValueAt, timeDigitsAt, zonedAt } from "./state";

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
  if (century > 99 || year > 99 || month < 1 || month > 12 || day < 1 || day > 31) return false;
  const full = century * 100 + year;
  const leap = full % 4 == 0 && (full % 100 != 0 || full % 400 == 0);
  const short = month == 4 || month == 6 || month == 9 || month == 11;
  if (day > (month == 2 ? (leap ? 29 : 28) : short ? 30 : 31)) return false;
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

/**
 * Reads a time since the epoch from the digits between `at` and `end`; `fraction` of them are fractions of a second.
 */
@inline
export function readEpoch(state: usize, at: usize, end: usize, fraction: u32): i64 {
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
  if (digits > 15 + fraction) return 0;
  // TypeScript checks times after the year 2200.
  let limit: u64 = 7258118400;
  for (let i: u32 = 0; i < fraction; i++) limit *= 10;
  if (value >= limit) return 0;
  let kept = load<u32>(state, timeDigitsAt);
  for (; kept < fraction; kept++) value /= 10;
  for (; kept > fraction; kept--) value *= 10;
  timeEnd = end;
  return <i64>value;
}
