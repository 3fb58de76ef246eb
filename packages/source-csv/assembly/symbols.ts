import { maskAt, tableAt } from "./state";

/** Bytes of a slot: a name of up to 24 bytes, zeros after it, then u32 its length and u32 its index plus 1; 0 in a free slot. */
const slotLength: usize = 32;
/** The longest name that the table holds. */
export const longestName: usize = 24;

/** `length` bytes at `at` as a word, zeros after them. */
@inline
function wordOf(at: usize, length: usize): u64 {
  return length >= 8 ? load<u64>(at) : load<u64>(at) & ((<u64>1 << (<u64>length << 3)) - 1);
}

@inline
function hashOf(a: u64, b: u64, c: u64): u32 {
  const mixed = (a ^ (b * 0x9e3779b97f4a7c15) ^ (c * 0xc2b2ae3d27d4eb4f)) * 0xff51afd7ed558ccd;
  return <u32>(mixed >> 40) ^ <u32>(mixed >> 20);
}

/** The index of the name at `at`, -1 where it is not in the table. Up to 24 bytes from `at` are read. */
@inline
export function indexOf(state: usize, at: usize, length: usize): i32 {
  if (length > longestName) return -1;
  const a = wordOf(at, length);
  const b = length > 8 ? wordOf(at + 8, length - 8) : 0;
  const c = length > 16 ? wordOf(at + 16, length - 16) : 0;
  const table = load<u32>(state, tableAt);
  const mask = load<u32>(state, maskAt);
  let slot = hashOf(a, b, c) & mask;
  let entry = table + slot * <u32>slotLength;
  let index = load<u32>(entry, 28);
  while (index != 0) {
    const same = load<u64>(entry) == a && load<u64>(entry, 8) == b && load<u64>(entry, 16) == c;
    if (same && load<u32>(entry, 24) == <u32>length) return index - 1;
    slot = (slot + 1) & mask;
    entry = table + slot * <u32>slotLength;
    index = load<u32>(entry, 28);
  }
  return -1;
}

/** Puts a name of 1 to 24 bytes in the table, where it is not yet and where there is a free slot. */
export function remember(state: usize, at: usize, length: usize, index: i32): void {
  const a = wordOf(at, length);
  const b = length > 8 ? wordOf(at + 8, length - 8) : 0;
  const c = length > 16 ? wordOf(at + 16, length - 16) : 0;
  const table = load<u32>(state, tableAt);
  const mask = load<u32>(state, maskAt);
  let slot = hashOf(a, b, c) & mask;
  while (load<u32>(table + slot * <u32>slotLength, 28) != 0) slot = (slot + 1) & mask;
  const entry = table + slot * <u32>slotLength;
  store<u64>(entry, a);
  store<u64>(entry, b, 8);
  store<u64>(entry, c, 16);
  store<u32>(entry, <u32>length, 24);
  store<u32>(entry, index + 1, 28);
}
