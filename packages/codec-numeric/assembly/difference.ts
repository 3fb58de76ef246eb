/** Subtracts from each integer the one `lag` places before, in place; the first `lag` stay. Wraps at 64 bits. */
export function difference(values: usize, count: usize, lag: usize): void {
  const back = lag << 3;
  const first = values + back;
  let at = values + (count << 3);
  // Runs from the last to the first, so that each subtrahend is still the original.
  while (at >= first + 16) {
    at -= 16;
    v128.store(at, i64x2.sub(v128.load(at), v128.load(at - back)));
  }
  while (at > first) {
    at -= 8;
    store<i64>(at, load<i64>(at) - load<i64>(at - back));
  }
}

/** Inverts {@link difference}. */
export function accumulate(values: usize, count: usize, lag: usize): void {
  const end = values + (count << 3);
  if (lag == 1) {
    let sum: i64 = 0;
    for (let at = values; at < end; at += 8) {
      sum += load<i64>(at);
      store<i64>(at, sum);
    }
    return;
  }
  for (let at = values + (lag << 3); at < end; at += 8) store<i64>(at, load<i64>(at) + load<i64>(at - (lag << 3)));
}

/** Whether no integer is negative. */
export function isUnsigned(values: usize, count: usize): bool {
  let pair = i64x2.splat(0);
  const end = values + (count << 3);
  let at = values;
  for (; at + 16 <= end; at += 16) pair = v128.or(pair, v128.load(at));
  const union = at < end ? load<i64>(at) : 0;
  return union >= 0 && i64x2.bitmask(pair) == 0;
}

/** Converts signed integers to unsigned ones in place, small distances first: 0, -1, 1, -2 become 0, 1, 2, 3. */
export function zigzag(values: usize, count: usize): void {
  const end = values + (count << 3);
  let at = values;
  for (; at + 16 <= end; at += 16) {
    const pair = v128.load(at);
    v128.store(at, v128.xor(i64x2.shl(pair, 1), i64x2.shr_s(pair, 63)));
  }
  if (at < end) {
    const value = load<i64>(at);
    store<i64>(at, (value << 1) ^ (value >> 63));
  }
}

/** Inverts {@link zigzag}. */
export function unzigzag(values: usize, count: usize): void {
  const end = values + (count << 3);
  let at = values;
  for (; at + 16 <= end; at += 16) {
    const pair = v128.load(at);
    v128.store(at, v128.xor(i64x2.shr_u(pair, 1), i64x2.neg(v128.and(pair, i64x2.splat(1)))));
  }
  if (at < end) {
    const value = load<u64>(at);
    store<u64>(at, (value >> 1) ^ (0 - (value & 1)));
  }
}
