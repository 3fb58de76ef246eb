/** Copies 16 bytes at a time, so up to 15 too many. The ranges do not overlap within 16 bytes. */
@inline
export function copyWild(target: usize, source: usize, length: usize): void {
  const end = target + length;
  do {
    v128.store(target, v128.load(source));
    target += 16;
    source += 16;
  } while (target < end);
}

/** Copies `length` bytes. If there is room, it reads and writes up to 15 more. */
@inline
export function copyLiterals(target: usize, source: usize, length: usize, room: usize): void {
  if (length + 16 <= room) copyWild(target, source, length);
  else for (let i: usize = 0; i < length; i++) store<u8>(target + i, load<u8>(source + i));
}

/** The number of equal bytes from `a` and from `b` on, with `b` before `limit`. */
@inline
export function matchLength(a: usize, b: usize, limit: usize): usize {
  const start = b;
  while (b + 8 <= limit) {
    const difference = load<u64>(a) ^ load<u64>(b);
    if (difference != 0) return b - start + (<usize>ctz(difference) >> 3);
    a += 8;
    b += 8;
  }
  while (b < limit && load<u8>(a) == load<u8>(b)) {
    a++;
    b++;
  }
  return b - start;
}
