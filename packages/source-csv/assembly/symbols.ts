import { countAt, lastAt, maskAt, namesAt, tableAt } from "./state";

/** Log2 of the bytes per name: up to 24 bytes of text, padded with zeros, then its length as u32. */
const nameShift: u32 = 5;
/** Bytes of the longest name that is registered. */
export const longestName: usize = 24;

/** `length` bytes at `at` as a word, padded with zeros. */
@inline
function wordOf(at: usize, length: usize): u64 {
  return length >= 8 ? load<u64>(at) : load<u64>(at) & ((<u64>1 << (<u64>length << 3)) - 1);
}

@inline
function hashOf(a: u64, b: u64, c: u64): u32 {
  const mixed = (a ^ (b * 0x9e3779b97f4a7c15) ^ (c * 0xc2b2ae3d27d4eb4f)) * 0xff51afd7ed558ccd;
  return <u32>(mixed >> 40) ^ <u32>(mixed >> 20);
}

/** Whether the name with this index has these words. */
@inline
function isName(names: usize, index: u32, a: u64, b: u64, c: u64, length: usize): bool {
  const entry = names + (<usize>index << nameShift);
  return (
    load<u64>(entry) == a && load<u64>(entry, 8) == b && load<u64>(entry, 16) == c && load<u32>(entry, 24) == <u32>length
  );
}

/**
 * Whether the name with this index has this length and these first eight bytes, padded with zeros. That is the whole
 * name if it has up to eight bytes.
 */
@inline
function startsName(entry: usize, first: u64, length: usize): bool {
  return load<u64>(entry) == first && load<u32>(entry, 24) == <u32>length;
}

/** Whether the bytes of a name of 9 to 24 bytes, after the first eight, equal those at `at`. */
@inline
function endsName(entry: usize, at: usize, length: usize): bool {
  const second = wordOf(at + 8, length - 8);
  return load<u64>(entry, 8) == second && load<u64>(entry, 16) == (length > 16 ? wordOf(at + 16, length - 16) : 0);
}

/** The index of a name that is not one of the two expected ones; -1 if it is not registered. */
function findName(state: usize, at: usize, length: usize): i32 {
  if (length > longestName) return -1;
  const a = wordOf(at, length);
  const b = length > 8 ? wordOf(at + 8, length - 8) : 0;
  const c = length > 16 ? wordOf(at + 16, length - 16) : 0;
  const names = <usize>load<u32>(state, namesAt);
  const table = <usize>load<u32>(state, tableAt);
  const mask = load<u32>(state, maskAt);
  let slot = hashOf(a, b, c) & mask;
  let found = load<u32>(table + (<usize>slot << 2));
  while (found != 0) {
    if (isName(names, found - 1, a, b, c, length)) {
      store<u32>(state, found - 1, lastAt);
      return found - 1;
    }
    slot = (slot + 1) & mask;
    found = load<u32>(table + (<usize>slot << 2));
  }
  return -1;
}

/**
 * The index of the name at `at`; -1 if it is not registered. Up to 24 bytes from `at` are read. Rows mostly repeat one
 * symbol, or cycle through all symbols in one order. Both cases are tried before the hash table, which for thousands of
 * symbols does not fit the fastest caches.
 */
@inline
export function indexOf(state: usize, at: usize, length: usize): i32 {
  const names = <usize>load<u32>(state, namesAt);
  const last = load<u32>(state, lastAt);
  const next = last + 1 < load<u32>(state, countAt) ? last + 1 : 0;
  const first = wordOf(at, length);
  const entry = names + (<usize>next << nameShift);
  if (startsName(entry, first, length) && (length <= 8 || endsName(entry, at, length))) {
    store<u32>(state, next, lastAt);
    return next;
  }
  const same = names + (<usize>last << nameShift);
  if (startsName(same, first, length) && (length <= 8 || endsName(same, at, length))) return last;
  return findName(state, at, length);
}

/**
 * Registers the next name: 1 to 24 bytes, padded with zeros. A name without bytes reserves the index of a name that is
 * too long.
 */
export function remember(state: usize, at: usize, length: usize): void {
  const index = load<u32>(state, countAt);
  const entry = <usize>load<u32>(state, namesAt) + (<usize>index << nameShift);
  const a = load<u64>(at);
  const b = load<u64>(at, 8);
  const c = load<u64>(at, 16);
  store<u64>(entry, a);
  store<u64>(entry, b, 8);
  store<u64>(entry, c, 16);
  store<u32>(entry, <u32>length, 24);
  store<u32>(state, index + 1, countAt);
  if (length == 0) return;
  const table = <usize>load<u32>(state, tableAt);
  const mask = load<u32>(state, maskAt);
  let slot = hashOf(a, b, c) & mask;
  while (load<u32>(table + (<usize>slot << 2)) != 0) slot = (slot + 1) & mask;
  store<u32>(table + (<usize>slot << 2), index + 1);
}
