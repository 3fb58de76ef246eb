import { convertTimes, type NumberTimesInput, noTime } from "@atc/plugin-kit";
import type { BatchColumn } from "../format/record-batch.ts";
import type { ValueType } from "../format/schema.ts";
import type { BatchRows } from "./batch-rows.ts";
import { numbersOf } from "./number-reader.ts";

/**
 * Reads the times of a column of Arrow's types of times into `target`; `noTime` for times out of range. Rows whose time
 * is missing may get any time.
 */
export async function typedTimes(
  { buffers: [buffer] }: BatchColumn,
  { from, count }: BatchRows,
  type: Extract<ValueType, { is: "time" }>,
  to: "ms" | "ns",
  target: BigInt64Array,
): Promise<void> {
  if (type.unit !== "day") {
    convertTimes(await numbersOf(buffer, "BigInt64Array", from, count), type.unit, target, to);
    return;
  }
  const days = await numbersOf(buffer, "Int32Array", from, count);
  for (let row = 0; row < count; row++) target[row] = BigInt(days[row]) * 86_400n;
  convertTimes(target, "s", target, to);
}

/** The numbers of a column of times as int64 or float64. Numbers beyond int64 become `noTime`. */
export async function timeNumbers(
  { buffers: [buffer] }: BatchColumn,
  { from, count }: BatchRows,
  type: Extract<ValueType, { is: "number" }>,
): Promise<NumberTimesInput["values"]> {
  const values = await numbersOf(buffer, type.array, from, count);
  if (values instanceof BigInt64Array || values instanceof Float64Array) return values;
  if (values instanceof BigUint64Array)
    return BigInt64Array.from(values, (value) => (value < 2n ** 63n ? value : noTime));
  if (values instanceof Float32Array) return Float64Array.from(values);
  return BigInt64Array.from(values, BigInt);
}
