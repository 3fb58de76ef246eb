import { CR, LF, longestRow, positionAt, separatorAt } from "./state";
import { stopsOf } from "./stops";
import { indexOf } from "./symbols";

/**
 * Bytes scanned at once: more than most rows of bars have, so that the search for a row's end has no unpredictable
 * branch.
 */
const chunk: usize = 96;

/** A bit for each of the 16 bytes at `at`, set if it equals the byte in all lanes of `wanted`. */
@inline
function matches(at: usize, wanted: v128): u64 {
  return <u64>(<u32>i8x16.bitmask(i8x16.eq(v128.load(at), wanted)));
}

/**
 * The address of the first of the 96 bytes at `at` that equals the byte in all lanes of `wanted`; the address after
 * them if none does.
 */
@inline
function find(at: usize, wanted: v128): usize {
  const low =
    matches(at, wanted) |
    (matches(at + 16, wanted) << 16) |
    (matches(at + 32, wanted) << 32) |
    (matches(at + 48, wanted) << 48);
  const high = matches(at + 64, wanted) | (matches(at + 80, wanted) << 16) | ((<u64>1) << 32);
  return at + <usize>select<u64>(ctz(low), 64 + ctz(high), low != 0);
}

/** The lanes in which any of the 96 bytes at `at` equals the byte of `wanted`. */
@inline
function lanes(at: usize, wanted: v128): v128 {
  const first = v128.or(i8x16.eq(v128.load(at), wanted), i8x16.eq(v128.load(at, 16), wanted));
  const second = v128.or(i8x16.eq(v128.load(at, 32), wanted), i8x16.eq(v128.load(at, 48), wanted));
  const third = v128.or(i8x16.eq(v128.load(at, 64), wanted), i8x16.eq(v128.load(at, 80), wanted));
  return v128.or(v128.or(first, second), third);
}

/** The address of the first byte at or after `at` that is the separator or a line feed. */
@inline
function fieldEnd(at: usize, separators: v128, feeds: v128): usize {
  let bits = stopsOf(at, separators, feeds);
  while (bits == 0) bits = stopsOf((at += 16), separators, feeds);
  return at + <usize>ctz(bits);
}

/**
 * The index of the symbol in the row's field `field`, which is the last one if `isLast`. It is -1 if the symbol is not
 * registered or the row lacks fields. A text with blanks around it is never found: names have none.
 */
@inline
function symbolOf(state: usize, at: usize, field: u32, isLast: bool, separators: v128, feeds: v128): i32 {
  let end = fieldEnd(at, separators, feeds);
  for (; field > 0; field--) {
    if (<u32>load<u8>(end) == LF) return -1;
    at = end + 1;
    end = fieldEnd(at, separators, feeds);
  }
  if ((<u32>load<u8>(end) == LF) != isLast) return -1;
  if (isLast && end > at && <u32>load<u8>(end - 1) == CR) end--;
  return end == at ? -1 : indexOf(state, at, end - at);
}

/**
 * Counts the rows from `at` per symbol, in u32 at `counts`. Stops at a row that starts at or after `stop`, has no
 * registered symbol, is too long, or ends at or after `end`. Empty lines are skipped. The byte at `end` must be a line
 * feed, and 96 bytes from `end` must be readable.
 *
 * If `field` is -1, all rows have the first symbol, and rows that may start with a blank are left to TypeScript.
 * Returns whether there is a quote among the scanned bytes, some of which may be behind the last row. The state's
 * position is the address at which the counting stopped.
 */
export function count(state: usize, at: usize, stop: usize, end: usize, field: i32, isLast: bool, counts: usize): bool {
  const separators = i8x16.splat(<i8>load<u32>(state, separatorAt));
  const feeds = i8x16.splat(10);
  const quoteBytes = i8x16.splat(34);
  let quotes = i8x16.splat(0);
  while (at < stop) {
    let next = find(at, feeds);
    quotes = v128.or(quotes, lanes(at, quoteBytes));
    for (let from = at + chunk; next == from; from += chunk) {
      next = find(from, feeds);
      quotes = v128.or(quotes, lanes(from, quoteBytes));
    }
    if (next >= end || next - at >= longestRow) break;
    const first = <u32>load<u8>(at);
    if (first == LF || (first == CR && next == at + 1)) {
      at = next + 1;
      continue;
    }
    let index: i32 = 0;
    if (field < 0) index = first > 32 && first < 128 ? 0 : -1;
    else index = symbolOf(state, at, field, isLast, separators, feeds);
    if (index < 0) break;
    const target = counts + (<usize>index << 2);
    store<u32>(target, load<u32>(target) + 1);
    at = next + 1;
  }
  store<u32>(state, <u32>at, positionAt);
  return v128.any_true(quotes);
}
