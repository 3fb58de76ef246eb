import { readDecimal } from "./decimal";
import {
  CR,
  fieldsAt,
  hasClockAt,
  LF,
  lastFieldAt,
  positionAt,
  price,
  QUOTE,
  SPACE,
  separatorAt,
  skip,
  stopsAt,
  stopsLengthAt,
  symbol,
  symbolsAt,
  time,
  timeFormatAt,
  timesAt,
} from "./state";
import { listStops } from "./stops";
import { indexOf } from "./symbols";
import { countForm, forgetForm, otherForm, readClock, readIso, readNumber, timeEnd } from "./times";

/** Whether a skipped field surely has no quotes around it: within quotes, a separator is text. */
@inline
function isPlain(at: usize, end: usize): bool {
  const first = <u32>load<u8>(at);
  return at == end || (first != QUOTE && first != SPACE && first != 9);
}

/** The length of a time that equals no other. */
const noLength: usize = usize.MAX_VALUE;
/** The address and the length of the previous row's time. */
let timeAt: usize = 0;
let timeLength: usize = noLength;

/**
 * Whether the text of a time equals that of the previous row, whose value is before this row's. Rows of several symbols
 * mostly share the time.
 */
@inline
function isRepeated(at: usize, length: usize): bool {
  if (length != timeLength) return false;
  // Covers times of 16 to 24 bytes. Hour and minute, which differ most, are compared first.
  const middle = length - 16;
  const last = length - 8;
  return (
    load<u64>(at + middle) == load<u64>(timeAt + middle) &&
    load<u64>(at + last) == load<u64>(timeAt + last) &&
    load<u64>(at) == load<u64>(timeAt)
  );
}

/** Stores a time, or only the date if the time of day is a field of its own; false if it is unusual. */
@inline
function readTime(state: usize, at: usize, end: usize, target: usize): bool {
  const hasClock = load<u32>(state, hasClockAt) != 0;
  const format = load<u32>(state, timeFormatAt);
  if (format != 0) {
    store<i64>(target, readNumber(state, at, end));
    return timeEnd == end;
  }
  if (hasClock) {
    store<i64>(target, load<i64>(target) + readIso(state, at, true));
    return timeEnd == end;
  }
  const length = end - at;
  if (isRepeated(at, length)) {
    timeAt = at;
    store<i64>(target, load<i64>(target - 8));
    return true;
  }
  store<i64>(target, readIso(state, at, false));
  timeAt = at;
  timeLength = length - 16 <= 8 ? length : noLength;
  return timeEnd == end;
}

/** Stores the value of the field from `at` to `end`; false if it is unusual. */
@inline
function readField(state: usize, at: usize, end: usize, field: usize, row: u32): bool {
  const role = load<i32>(field, fieldsAt);
  if (role >= price) {
    const target = load<u32>(field, fieldsAt + 4) + (row << 3);
    return readDecimal(state, at, end, target, role != price);
  }
  if (role == symbol) {
    if (end == at) return false;
    const index = indexOf(state, at, end - at);
    store<i32>(load<u32>(state, symbolsAt) + (row << 2), index);
    return index >= 0;
  }
  if (role == skip) return isPlain(at, end);
  const target = load<u32>(state, timesAt) + (row << 3);
  if (role == time) return readTime(state, at, end, target);
  store<i64>(target, load<i64>(target) + readClock(state, at));
  return timeEnd == end;
}

/**
 * Stores the row at `at`, whose fields end at the addresses in `stops`, as row `row`. Returns the address after it, or
 * 0 if it is unusual or its line feed is not before `end`. If the line ends with CRLF, the last field's end in the list
 * becomes the address of the CR.
 */
@inline
function readRow(state: usize, at: usize, end: usize, stops: usize, row: u32, last: usize, separator: u32): usize {
  const fields = state + last;
  const lineStop = stops + (last >> 1);
  const line = <usize>load<u32>(lineStop);
  if (line >= end || <u32>load<u8>(line) != LF) return 0;
  let next = at;
  forgetForm();
  store<u32>(lineStop, <u32>(line > at && <u32>load<u8>(line - 1) == CR ? line - 1 : line));
  for (let field = state; field <= fields; field += 8) {
    const stop = <usize>load<u32>(stops);
    if (!readField(state, next, stop, field, row)) return 0;
    if (field < fields && <u32>load<u8>(stop) != separator) return 0;
    next = stop + 1;
    stops += 4;
  }
  if (otherForm >= 0) countForm(state, row);
  return line + 1;
}

/**
 * Parses rows from `at` into the columns, from row `row`. Stops if `capacity` rows are stored, or at a row that starts
 * at or after `stop` or ends at or after `end`. Stops too at a row that is unusual or does not fit the list of stops.
 * The byte at `end` must be a line feed, and 64 bytes from `end` must be readable. Returns the number of rows in the
 * columns. The state's position is the address at which it stopped.
 */
export function parse(state: usize, at: usize, stop: usize, end: usize, row: u32, capacity: u32): u32 {
  const separator = load<u32>(state, separatorAt);
  const last = <usize>load<u32>(state, lastFieldAt) << 3;
  const rowStops = (last >> 1) + 4;
  const hasClock = load<u32>(state, hasClockAt) != 0;
  const list = <usize>load<u32>(state, stopsAt);
  const most = <usize>load<u32>(state, stopsLengthAt);
  timeLength = noLength;
  let isUsual = true;
  // Starts with little text: if every row is unusual, a longer list would be wasted.
  for (let length: usize = 256; isUsual && at < stop && row < capacity; length = min<usize>(2 * length, most)) {
    const start = at;
    const listed = listStops(at, min(at + length, end), list, separator);
    for (let stops = list; at < stop && row < capacity; stops += rowStops) {
      if (stops + rowStops > listed) {
        isUsual = at > start || (length < most && at + length < end);
        break;
      }
      if (hasClock) store<i64>(load<u32>(state, timesAt) + (row << 3), 0);
      const next = readRow(state, at, end, stops, row, last, separator);
      if (next == 0) {
        isUsual = false;
        break;
      }
      at = next;
      row++;
    }
  }
  store<u32>(state, <u32>at, positionAt);
  return row;
}
