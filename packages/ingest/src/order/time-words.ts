/** Whether row `a` is earlier than row `b`. `times` holds pairs of 32-bit words, low half first. */
export function isEarlier(times: Int32Array, a: number, b: number): boolean {
  const highA = times[2 * a + 1];
  const highB = times[2 * b + 1];
  return highA < highB || (highA === highB && times[2 * a] >>> 0 < times[2 * b] >>> 0);
}

/** Whether two rows have one time. */
export function isSameTime(times: Int32Array, a: number, b: number): boolean {
  return times[2 * a] === times[2 * b] && times[2 * a + 1] === times[2 * b + 1];
}
