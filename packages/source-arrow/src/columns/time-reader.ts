import type { RowKind } from "@atc/contract";
import { convertTimes, type EpochUnit, type LocalTimeOptions, localOffset, noTime } from "@atc/plugin-kit";
import type { BatchColumn } from "../format/record-batch.ts";
import type { ValueType } from "../format/schema.ts";
import { numbersOf } from "./number-reader.ts";

/** Puts `count` times from row `from` on into `target` from `at` on, whether they are valid or not; `noTime` for those out of range. */
export type TimeReader = (
  column: BatchColumn,
  from: number,
  count: number,
  target: BigInt64Array,
  at: number,
) => Promise<void>;

/** How a column of times is read. */
export interface TimeOptions {
  /** What rows are. */
  readonly kind: RowKind;
  /** What integers count. */
  readonly unit: EpochUnit;
  /** The zone of times without one. */
  readonly localTime: LocalTimeOptions | undefined;
}

/** Subtracts the offset of a zone from local times; `noTime` where there is none. */
function toUtc(times: BigInt64Array, perSecond: bigint, localTime: LocalTimeOptions): void {
  const offsetOf = localOffset("arrow", localTime);
  for (let row = 0; row < times.length; row++) {
    const time = times[row];
    const offset = offsetOf(Math.floor(Number(time) / Number(perSecond)));
    if (time !== noTime) times[row] = Number.isNaN(offset) ? noTime : time - BigInt(offset) * perSecond;
  }
}

/** Numbers that may have decimals, as int64 of the unit of the target. */
function fromFloat(values: Float32Array | Float64Array, unit: EpochUnit, to: "ms" | "ns", target: BigInt64Array): void {
  const digits = { s: 0, ms: 3, us: 6, ns: 9 };
  const factor = 10 ** (digits[to] - digits[unit]);
  for (let row = 0; row < values.length; row++) {
    const value = Math.floor(values[row] * factor);
    target[row] = Math.abs(value) < 2 ** 63 ? BigInt(value) : noTime;
  }
}

/** A reader of a column of times or of numbers that are times; undefined for other types. */
export function timeReader(type: ValueType, { kind, unit, localTime }: TimeOptions): TimeReader | undefined {
  const to = kind === "ticks" ? "ns" : "ms";
  const perSecond = kind === "ticks" ? 1_000_000_000n : 1000n;
  if (type.is === "number")
    return async ({ buffers: [buffer] }, from, count, target, at) => {
      const values = await numbersOf(buffer, type.array, from, count);
      const own = target.subarray(at, at + count);
      if (values instanceof Float32Array || values instanceof Float64Array) fromFloat(values, unit, to, own);
      else if (values instanceof BigInt64Array) convertTimes(values, unit, own, to);
      else if (values instanceof BigUint64Array) convertTimes(BigInt64Array.from(values), unit, own, to);
      else convertTimes(BigInt64Array.from(values, BigInt), unit, own, to);
    };
  if (type.is !== "time") return undefined;
  return async ({ buffers: [buffer] }, from, count, target, at) => {
    const own = target.subarray(at, at + count);
    if (type.unit === "day") {
      const days = await numbersOf(buffer, "Int32Array", from, count);
      convertTimes(
        BigInt64Array.from(days, (day) => BigInt(day) * 86_400n),
        "s",
        own,
        to,
      );
    } else convertTimes(await numbersOf(buffer, "BigInt64Array", from, count), type.unit, own, to);
    if (type.zone === "" && localTime !== undefined) toUtc(own, perSecond, localTime);
  };
}
