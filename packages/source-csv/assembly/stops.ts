import { LF } from "./state";

/** Bytes scanned at once. */
const block: usize = 64;

/** A bit for each of the 16 bytes at `at`, set if it is the separator or a line feed. */
@inline
export function stopsOf(at: usize, separators: v128, feeds: v128): i32 {
  const bytes = v128.load(at);
  return i8x16.bitmask(v128.or(i8x16.eq(bytes, separators), i8x16.eq(bytes, feeds)));
}

/** The same for the 64 bytes at `at`. */
@inline
function blockStops(at: usize, separators: v128, feeds: v128): u64 {
  const low = <u64>(<u32>stopsOf(at, separators, feeds)) | (<u64>(<u32>stopsOf(at + 16, separators, feeds)) << 16);
  const high = <u64>(<u32>stopsOf(at + 32, separators, feeds)) | (<u64>(<u32>stopsOf(at + 48, separators, feeds)) << 16);
  return low | (high << 32);
}

/**
 * Lists the addresses of separators and line feeds from `at` up to `end`, rounded up to 64 bytes, as u32 at `list`.
 * Returns the address after the list; up to 64 words behind it are overwritten. Once all ends of fields are known, the
 * processor can read the fields of a row in parallel.
 */
export function listStops(at: usize, end: usize, list: usize, separator: u32): usize {
  const separators = i8x16.splat(<i8>separator);
  const feeds = i8x16.splat(<i8>LF);
  for (; at < end; at += block) {
    let bits = blockStops(at, separators, feeds);
    const next = list + (<usize>popcnt(bits) << 2);
    // Mostly there are at most eight. A loop over their exact count would be mispredicted.
    do {
      store<u32>(list, <u32>(at + <usize>ctz(bits)));
      bits &= bits - 1;
      store<u32>(list, <u32>(at + <usize>ctz(bits)), 4);
      bits &= bits - 1;
      store<u32>(list, <u32>(at + <usize>ctz(bits)), 8);
      bits &= bits - 1;
      store<u32>(list, <u32>(at + <usize>ctz(bits)), 12);
      bits &= bits - 1;
      store<u32>(list, <u32>(at + <usize>ctz(bits)), 16);
      bits &= bits - 1;
      store<u32>(list, <u32>(at + <usize>ctz(bits)), 20);
      bits &= bits - 1;
      store<u32>(list, <u32>(at + <usize>ctz(bits)), 24);
      bits &= bits - 1;
      store<u32>(list, <u32>(at + <usize>ctz(bits)), 28);
      bits &= bits - 1;
      list += 32;
    } while (bits != 0);
    list = next;
  }
  return list;
}
