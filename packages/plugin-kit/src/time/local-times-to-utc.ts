import { noTime } from "./epoch-unit.ts";
import type { RowTimes } from "./time-reader.ts";
import { storeTimespec } from "./timespec.ts";

/**
 * Moves local times of a typed column to UTC, in place.
 *
 * @param target - int64 times in `to`; those that the zone does not have become `noTime`
 * @param series - the series of each row, for times that occur twice
 */
export function localTimesToUtc(times: RowTimes, target: BigInt64Array, to: "ms" | "ns", series: Int32Array): void {
  const perSecond = to === "ns" ? 1_000_000_000n : 1000n;
  const words = new Int32Array(target.buffer, target.byteOffset, 2 * target.length);
  for (let row = 0; row < target.length; row++) {
    const time = target[row];
    if (time === noTime) continue;
    const seconds = time / perSecond - (time % perSecond < 0n ? 1n : 0n);
    times.timespec[0] = Number(seconds);
    times.timespec[1] = Number(time - seconds * perSecond) * (to === "ns" ? 1 : 1_000_000);
    if (!times.join(series[row]) || !storeTimespec(times.timespec, to, words, row)) target[row] = noTime;
  }
}
