/**
 * Index of the first time that is less than the previous one, or -1. Compares 32-bit halves: one BigInt per row takes
 * twice as long.
 */
export function firstDecrease(times: BigInt64Array): number {
  const high = new Int32Array(times.buffer, times.byteOffset, times.length * 2);
  const low = new Uint32Array(times.buffer, times.byteOffset, times.length * 2);
  for (let i = 2; i < high.length; i += 2) {
    const rise = (high[i + 1] as number) - (high[i - 1] as number);
    if (rise < 0 || (rise === 0 && (low[i] as number) < (low[i - 2] as number))) return i / 2;
  }
  return -1;
}
