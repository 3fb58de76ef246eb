/** The number of equal bytes from `a` and from `b` on, with `b` before `limit`. */
export function matchLength(view: DataView, a: number, b: number, limit: number): number {
  let i = b;
  let j = a;
  while (i + 4 <= limit) {
    const difference = view.getInt32(i, true) ^ view.getInt32(j, true);
    if (difference !== 0) return i - b + ((31 - Math.clz32(difference & -difference)) >>> 3);
    i += 4;
    j += 4;
  }
  while (i < limit && view.getUint8(i) === view.getUint8(j)) {
    i++;
    j++;
  }
  return i - b;
}
