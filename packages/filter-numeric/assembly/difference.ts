/** Replaces each integer by its distance from the one `lag` places before, in place; the first `lag` stay. Wraps at 64 bits. */
export function difference(values: usize, count: usize, lag: usize): void {
  for (let i = count; i > lag; i--) {
    const at = values + ((i - 1) << 3);
    store<i64>(at, load<i64>(at) - load<i64>(at - (lag << 3)));
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

/** Whether none of some integers is negative. */
export function isUnsigned(values: usize, count: usize): bool {
  let union: i64 = 0;
  const end = values + (count << 3);
  for (let at = values; at < end; at += 8) union |= load<i64>(at);
  return union >= 0;
}

/** Signed integers to unsigned ones in place, small distances first: 0, -1, 1, -2 become 0, 1, 2, 3. */
export function zigzag(values: usize, count: usize): void {
  const end = values + (count << 3);
  for (let at = values; at < end; at += 8) {
    const value = load<i64>(at);
    store<i64>(at, (value << 1) ^ (value >> 63));
  }
}

/** Inverts {@link zigzag}. */
export function unzigzag(values: usize, count: usize): void {
  const end = values + (count << 3);
  for (let at = values; at < end; at += 8) {
    const value = load<u64>(at);
    store<u64>(at, (value >> 1) ^ (0 - (value & 1)));
  }
}
