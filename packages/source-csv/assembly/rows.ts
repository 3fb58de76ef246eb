import { scanDecimal } from "./decimal";
import {
  CR,
  fieldsAt,
  hasClockAt,
  LF,
  lastFieldAt,
  longestRow,
  positionAt,
  price,
  QUOTE,
  SPACE,
  separatorAt,
  skip,
  symbol,
  symbolsAt,
  time,
  timeFormatAt,
  timesAt,
} from "./state";
import { indexOf } from "./symbols";
import { readClock, readEpoch, readIso, timeEnd } from "./times";

/** The address after a field without quotes and blanks around; 0 for other fields. */
@inline
function plainEnd(at: usize, separator: u32): usize {
  const start = at;
  let byte = <u32>load<u8>(at);
  if (byte == QUOTE || byte == SPACE || byte == 9) return byte == separator ? at : 0;
  while (byte != separator && byte != LF && byte != CR) byte = <u32>load<u8>(++at);
  if (at == start) return at;
  const last = <u32>load<u8>(at - 1);
  return last == SPACE || last == 9 ? 0 : at;
}

/** The address after a field of a row whose value is stored; 0 where it is unusual. */
@inline
function readField(state: usize, at: usize, field: usize, row: u32, separator: u32): usize {
  const role = load<i32>(state + field, fieldsAt);
  if (role >= price) {
    const target = load<u32>(state + field, fieldsAt + 4) + (row << 3);
    return scanDecimal(state, at, target, role != price, separator);
  }
  if (role == symbol) {
    const end = plainEnd(at, separator);
    if (end <= at) return 0;
    const index = indexOf(state, at, end - at);
    store<i32>(load<u32>(state, symbolsAt) + (row << 2), index);
    return index < 0 ? 0 : end;
  }
  if (role == skip) return plainEnd(at, separator);
  const target = load<u32>(state, timesAt) + (row << 3);
  if (role == time) {
    const format = load<u32>(state, timeFormatAt);
    const value = format == 0 ? readIso(state, at, load<u32>(state, hasClockAt) != 0) : readEpoch(state, at, format - 1);
    store<i64>(target, load<u32>(state, hasClockAt) != 0 ? load<i64>(target) + value : value);
    return timeEnd;
  }
  store<i64>(target, load<i64>(target) + readClock(state, at));
  return timeEnd;
}

/** The address after the row at `at`, which is stored as row `row`; 0 where it is unusual or its line feed is not ahead of `end`. */
@inline
function readRow(state: usize, at: usize, end: usize, row: u32, last: usize, separator: u32): usize {
  let next = at;
  for (let field: usize = 0; field < last; field += 8) {
    next = readField(state, next, field, row, separator);
    if (next == 0 || <u32>load<u8>(next) != separator) return 0;
    next++;
  }
  next = readField(state, next, last, row, separator);
  if (next == 0) return 0;
  if (<u32>load<u8>(next) == CR) next++;
  return <u32>load<u8>(next) == LF && next < end && next - at < longestRow ? next + 1 : 0;
}

/**
 * Parses rows from `at` into row `row` of the columns and on, until one starts at or after `stop`, `capacity` rows are stored, or a row is
 * unusual or ends at or after `end`, where a line feed must stand. Returns the rows stored in all; the state's position tells where it stopped.
 */
export function parse(state: usize, at: usize, stop: usize, end: usize, row: u32, capacity: u32): u32 {
  const separator = load<u32>(state, separatorAt);
  const last = <usize>load<u32>(state, lastFieldAt) << 3;
  const hasClock = load<u32>(state, hasClockAt) != 0;
  while (at < stop && row < capacity) {
    if (hasClock) store<i64>(load<u32>(state, timesAt) + (row << 3), 0);
    const next = readRow(state, at, end, row, last, separator);
    if (next == 0) break;
    at = next;
    row++;
  }
  store<u32>(state, <u32>at, positionAt);
  return row;
}
