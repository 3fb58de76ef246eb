/** Fewer times are compared one by one as fast. */
const fewest = 16;

/** Times that are compared at once, and that are left alone after a difference, so that those of gaps cost little. */
export const timesAtOnce = 512;

const bytesOf = ({ buffer, byteOffset, byteLength }: BigInt64Array): Buffer =>
  Buffer.from(buffer, byteOffset, byteLength);

/** Whether `count` times from `at` in one array are those from `from` in the other. False if they are few. */
export function areSameTimes(
  times: BigInt64Array,
  at: number,
  { others, from, count }: { readonly others: BigInt64Array; readonly from: number; readonly count: number },
): boolean {
  if (count < fewest || times[at] !== others[from]) return false;
  return bytesOf(times.subarray(at, at + count)).equals(bytesOf(others.subarray(from, from + count)));
}
