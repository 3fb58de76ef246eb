const steps: usize = 272;

/** Bytes of the tables that {@link prepareDecoder} writes: 17 patterns of 16 bytes, then the 17 steps. */
export const decoderTables: usize = 304;

/**
 * Writes, for each distance up to 16, the pattern by which the bytes at that distance repeat within 16 bytes, and
 * the largest multiple of the distance within 16. With them, a match that overlaps itself is written 16 bytes at a
 * time, and a short match of any distance without a branch.
 */
export function prepareDecoder(tables: usize): void {
  for (let distance: usize = 1; distance <= 16; distance++) {
    for (let i: usize = 0; i < 16; i++) store<u8>(tables + 16 * distance + i, <u8>(i % distance));
    store<u8>(tables + steps + distance, <u8>(16 - (16 % distance)));
  }
}

/** The first 16 bytes of a match for `target` at `distance`. */
@inline
export function matchStart(target: usize, distance: usize, tables: usize): v128 {
  return i8x16.swizzle(v128.load(target - distance), v128.load(tables + (min(distance, 16) << 4)));
}

/** Copies a match; there is room for 16 bytes after it. */
@inline
export function copyMatch(target: usize, distance: usize, length: usize, tables: usize): void {
  const end = target + length;
  if (distance >= 16) {
    do {
      v128.store(target, v128.load(target - distance));
      target += 16;
    } while (target < end);
    return;
  }
  const pattern = matchStart(target, distance, tables);
  const step = <usize>load<u8>(tables + steps + distance);
  do {
    v128.store(target, pattern);
    target += step;
  } while (target < end);
}

/** Copies a match up to `limit`, the last bytes one by one. */
export function copyLastMatch(target: usize, distance: usize, length: usize, limit: usize, tables: usize): void {
  const room = limit - target;
  const whole = room > 32 ? min(length, room - 32) : 0;
  if (whole > 0) copyMatch(target, distance, whole, tables);
  for (let i = whole; i < length; i++) store<u8>(target + i, load<u8>(target + i - distance));
}
