import type { ArrowField, ValueType } from "../format/schema.ts";
import { numbersOf } from "./number-reader.ts";
import { type TextBytes, textBytes } from "./text-bytes.ts";
import type { ArrowDictionary } from "./text-reader.ts";

const perSecond = { s: 1n, ms: 1000n, us: 1_000_000n, ns: 1_000_000_000n } as const;
const largestDate = 8_640_000_000_000_000n;
const dayMs = 86_400_000n;

function floorDivided(value: bigint, divisor: bigint): bigint {
  const quotient = value / divisor;
  return value % divisor < 0n ? quotient - 1n : quotient;
}

/** A date, or a date and time of day, in ISO 8601; "" if it is out of range. */
function isoText(value: bigint, { unit, isDate, zone }: Extract<ValueType, { is: "time" }>): string {
  const ms = unit === "day" ? value * dayMs : floorDivided(value * 1000n, perSecond[unit]);
  if (ms > largestDate || ms < -largestDate) return "";
  const text = new Date(Number(ms)).toISOString();
  if (isDate) return text.slice(0, -14);
  return zone === "" ? text.slice(0, -1) : text;
}

/** A time of day as `hh:mm:ss`, with nine decimals if it has any. */
function clockText(value: bigint, unit: keyof typeof perSecond): string {
  const nanoseconds = (value * perSecond.ns) / perSecond[unit];
  const seconds = Number(nanoseconds / perSecond.ns);
  const fraction = nanoseconds % perSecond.ns;
  const two = (count: number): string => String(Math.floor(count)).padStart(2, "0");
  const text = `${two(seconds / 3600)}:${two((seconds / 60) % 60)}:${two(seconds % 60)}`;
  return fraction === 0n ? text : `${text}.${String(fraction).padStart(9, "0")}`;
}

/** Visits the texts that a function gives for the values of a column. */
function formatted(array: Parameters<typeof numbersOf>[1], format: (value: number | bigint) => string): TextBytes {
  const encoder = new TextEncoder();
  const bytes = new Uint8Array(400);
  return async ({ buffers: [buffer] }, { from, count }, visit) => {
    const values = await numbersOf(buffer, array, from, count);
    for (let row = 0; row < count; row++) {
      const { written } = encoder.encodeInto(format(values[row] as number | bigint), bytes);
      visit(bytes, 0, written, row);
    }
  };
}

function indexedBytes(field: ArrowField, dictionary: ArrowDictionary): TextBytes {
  const encoder = new TextEncoder();
  return async ({ buffers: [buffer] }, { from, count }, visit) => {
    const indices = await numbersOf(buffer, field.dictionary?.indices ?? "Int32Array", from, count);
    for (let row = 0; row < count; row++) {
      const bytes = encoder.encode(dictionary.values[Number(indices[row])] ?? "");
      visit(bytes, 0, bytes.length, row);
    }
  };
}

/**
 * The texts of a column of dates or times of day: as written, or in ISO 8601 for types of Arrow. Undefined for types
 * that hold neither.
 *
 * @param dictionary - the texts of the column's dictionary, if it has one
 */
export function timeCells(field: ArrowField, dictionary: ArrowDictionary): TextBytes | undefined {
  const { type } = field;
  if (field.dictionary !== undefined)
    return textBytes(type) === undefined ? undefined : indexedBytes(field, dictionary);
  if (type.is === "number") return formatted(type.array, String);
  if (type.is === "time")
    return formatted(type.bytes === 4 ? "Int32Array" : "BigInt64Array", (value) => isoText(BigInt(value), type));
  if (type.is === "time of day")
    return formatted(type.bytes === 4 ? "Int32Array" : "BigInt64Array", (value) => clockText(BigInt(value), type.unit));
  return textBytes(type);
}
