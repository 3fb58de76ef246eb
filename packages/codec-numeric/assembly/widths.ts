/** Widens eight integers of 16 bits to 64 bits. */
@inline
function widen16(eight: v128, target: usize): void {
  const low = i32x4.extend_low_i16x8_s(eight);
  const high = i32x4.extend_high_i16x8_s(eight);
  v128.store(target, i64x2.extend_low_i32x4_s(low));
  v128.store(target, i64x2.extend_high_i32x4_s(low), 16);
  v128.store(target, i64x2.extend_low_i32x4_s(high), 32);
  v128.store(target, i64x2.extend_high_i32x4_s(high), 48);
}

/** Sign-extends elements of 1, 2, 4 or 8 bytes to integers. */
export function widen(source: usize, target: usize, count: usize, size: usize): void {
  if (size == 8) return memory.copy(target, source, count << 3);
  if (size == 4) for (let i: usize = 0; i < count; i++) store<i64>(target + (i << 3), <i64>load<i32>(source + (i << 2)));
  else if (size == 2)
    for (let i: usize = 0; i < count; i++) store<i64>(target + (i << 3), <i64>load<i16>(source + (i << 1)));
  else {
    const whole = count & ~15;
    for (let i: usize = 0; i < whole; i += 16) {
      const bytes = v128.load(source + i);
      widen16(i16x8.extend_low_i8x16_s(bytes), target + (i << 3));
      widen16(i16x8.extend_high_i8x16_s(bytes), target + (i << 3) + 64);
    }
    for (let i = whole; i < count; i++) store<i64>(target + (i << 3), <i64>load<i8>(source + i));
  }
}

/** Inverts {@link widen}. */
export function narrow(source: usize, target: usize, count: usize, size: usize): void {
  if (size == 8) return memory.copy(target, source, count << 3);
  if (size == 4) for (let i: usize = 0; i < count; i++) store<i32>(target + (i << 2), <i32>load<i64>(source + (i << 3)));
  else if (size == 2)
    for (let i: usize = 0; i < count; i++) store<i16>(target + (i << 1), <i16>load<i64>(source + (i << 3)));
  else for (let i: usize = 0; i < count; i++) store<i8>(target + i, <i8>load<i64>(source + (i << 3)));
}

/**
 * Converts bits of IEEE numbers of `size` bytes to integers in the order of the numbers, so that neighbours across zero
 * are close. If the sign is set, it inverts the bits below. Its own inverse.
 */
export function orderFloats(values: usize, count: usize, size: usize): void {
  const mask: i64 = size == 8 ? 0x7fffffffffffffff : 0x7fffffff;
  const end = values + (count << 3);
  for (let at = values; at < end; at += 8) {
    const bits = load<i64>(at);
    store<i64>(at, bits ^ ((bits >> 63) & mask));
  }
}
