import type { RowKind } from "@atc/contract";
import { convertTimes, type EpochUnit, type LocalTimeOptions, localOffset, noTime } from "@atc/plugin-kit";
import type { BatchColumn } from "../format/record-batch.ts";
import type { ValueType } from "../format/schema.ts";
import type { BatchRows } from "./batch-rows.ts";
import { numbersOf } from "./number-reader.ts";

/**
 * Reads the times of some rows into `target`; `noTime` for times out of range. Rows whose time is missing may get any
 * time.
 */
export type TimeReader = (column: BatchColumn, rows: BatchRows, target: BigInt64Array) => Promise<void>;

/** How to read a column of times. */
export interface TimeOptions {
  /** Whether rows are bars or ticks. */
  readonly kind: RowKind;
  /** The unit of numbers. */
  readonly unit: EpochUnit;
  /** The zone of times without one; undefined for UTC. */
  readonly localTime: LocalTimeOptions | undefined;
}

/** Converts local times to UTC; `noTime` if a time is rejected. */
function toUtc(times: BigInt64Array, perSecond: bigint, localTime: LocalTimeOptions): void {
  const offsetOf = localOffset("arrow", localTime);
  for (let row = 0; row < times.length; row++) {
    const time = times[row];
    const offset = offsetOf(Math.floor(Number(time) / Number(perSecond)));
    if (time !== noTime) times[row] = Number.isNaN(offset) ? noTime : time - BigInt(offset) * perSecond;
  }
}

/** Converts floats in a unit to int64 in another, rounded down. */
function fromFloat(values: Float32Array | Float64Array, unit: EpochUnit, to: "ms" | "ns", target: BigInt64Array): void {
  const digits = { s: 0, ms: 3, us: 6, ns: 9 };
  const factor = 10 ** (digits[to] - digits[unit]);
  for (let row = 0; row < values.length; row++) {
    const value = Math.floor(values[row] * factor);
    target[row] = Math.abs(value) < 2 ** 63 ? BigInt(value) : noTime;
  }
}

/** A reader of a column of times, or of numbers since 1970; undefined for other types. */
export function timeReader(type: ValueType, { kind, unit, localTime }: TimeOptions): TimeReader | undefined {
  const to = kind === "ticks" ? "ns" : "ms";
  const perSecond = kind === "ticks" ? 1_000_000_000n : 1000n;
  if (type.is === "number")
    return async ({ buffers: [buffer] }, { from, count, at }, target) => {
      const values = await numbersOf(buffer, type.array, from, count);
      const own = target.subarray(at, at + count);
      if (values instanceof Float32Array || values instanceof Float64Array) fromFloat(values, unit, to, own);
      else if (values instanceof BigInt64Array) convertTimes(values, unit, own, to);
      else if (values instanceof BigUint64Array) convertTimes(BigInt64Array.from(values), unit, own, to);
      else convertTimes(BigInt64Array.from(values, BigInt), unit, own, to);
    };
  if (type.is !== "time") return undefined;
  return async ({ buffers: [buffer] }, { from, count, at }, target) => {
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
