import type { RowKind } from "@atc/contract";
import { type EpochUnit, type LocalTimeOptions, localOffset, noTime } from "@atc/plugin-kit";
import { plainText, shortDecimal } from "./row-values.ts";

/** How the times of a source are written. */
export interface TimeLayout {
  /** Whether rows are bars or ticks. */
  readonly kind: RowKind;
  /** The unit of numbers; undefined if times are ISO 8601. */
  readonly unit: EpochUnit | undefined;
  /** Whether texts name a zone: if true, all with a time of day must; if false, none may. */
  readonly isZoned: boolean;
  /** The zone of texts without one; undefined for UTC. */
  readonly localTime: LocalTimeOptions | undefined;
}

const iso =
  /^(\d{4})-(\d\d)-(\d\d)(?:[Tt ](\d\d):(\d\d)(?::(\d\d)(?:\.(\d{1,9}))?)?\s?([Zz]|UTC|GMT|[+-]\d\d(?::?\d\d)?)?)?$/;
const numeric = /^(-?)(\d+)(?:\.(\d*))?$/;
const digits: Readonly<Record<EpochUnit, number>> = { s: 0, ms: 3, us: 6, ns: 9 };
/** The largest time of JavaScript's Date on either side of the epoch, in ms. */
const largestDate = 8_640_000_000_000_000n;
const limit = 2n ** 63n;

/** Whether a text is a time as a number since 1970. */
export function isNumeric(text: string): boolean {
  return numeric.test(text);
}

/** Whether a time in ISO 8601 names a zone; undefined for a date without a time of day, and for other texts. */
export function namesZone(text: string): boolean | undefined {
  const match = iso.exec(text);
  return match?.[4] === undefined ? undefined : match[8] !== undefined;
}

/** Nanoseconds since the epoch; finer digits are cut off. Undefined if the text is not a number. */
function fromNumber(text: string, unit: EpochUnit): bigint | undefined {
  const [, sign, whole, decimals = ""] = numeric.exec(text) ?? [];
  if (whole === undefined || whole.length > 20) return undefined;
  const places = 9 - digits[unit];
  const value = BigInt(whole + decimals.slice(0, places).padEnd(places, "0"));
  return sign === "-" ? -value : value;
}

function zoneSeconds(zone: string): number {
  const [, sign, hours = "0", minutes = "0"] = /^([+-])(\d\d):?(\d\d)?$/.exec(zone) ?? [];
  return (sign === "-" ? -1 : 1) * (Number(hours) * 3600 + Number(minutes) * 60);
}

/**
 * A reader of times as int64: milliseconds for bars, nanoseconds for ticks. It gives `noTime` if there is none, or it
 * is out of range.
 */
export function timeReader(style: TimeLayout): (bytes: Uint8Array, start: number, end: number) => bigint {
  const { kind, unit, isZoned } = style;
  /** Milliseconds per unit, if rows are bars and the unit is ms or s; else 0. */
  const perUnit = kind === "ticks" ? 0 : unit === "ms" ? 1 : unit === "s" ? 1000 : 0;
  const offsetOf = style.localTime === undefined ? undefined : localOffset("json", style.localTime);

  function fromText(text: string): bigint | undefined {
    const [, year, month, day, hour, minute, second = "0", fraction = "", zone] = iso.exec(text) ?? [];
    if (year === undefined) return undefined;
    const midnight = new Date(0);
    midnight.setUTCFullYear(Number(year), Number(month) - 1, Number(day));
    if (midnight.getUTCMonth() !== Number(month) - 1 || midnight.getUTCDate() !== Number(day)) return undefined;
    let seconds = midnight.getTime() / 1000;
    if (hour !== undefined) {
      if (Number(hour) > 23 || Number(minute) > 59 || Number(second) > 59) return undefined;
      if ((zone !== undefined) !== isZoned) return undefined;
      seconds +=
        Number(hour) * 3600 + Number(minute) * 60 + Number(second) - (zone === undefined ? 0 : zoneSeconds(zone));
    }
    if (zone === undefined && offsetOf !== undefined) seconds -= offsetOf(seconds);
    return Number.isNaN(seconds) ? undefined : BigInt(seconds) * 1_000_000_000n + BigInt(fraction.padEnd(9, "0"));
  }

  return (bytes, start, end) => {
    if (end === 0) return noTime;
    // Seconds and milliseconds of bars, which nearly all files have, need no string.
    if (perUnit > 0) {
      const short = shortDecimal(bytes, start, end);
      if (Number.isInteger(short)) return BigInt(short * perUnit);
    }
    const text = plainText(bytes, start, end);
    const nanoseconds = unit === undefined ? fromText(text) : fromNumber(text, unit);
    if (nanoseconds === undefined) return noTime;
    if (kind === "ticks") return nanoseconds >= -limit + 1n && nanoseconds < limit ? nanoseconds : noTime;
    const milliseconds = (nanoseconds - (((nanoseconds % 1_000_000n) + 1_000_000n) % 1_000_000n)) / 1_000_000n;
    return milliseconds >= -largestDate && milliseconds <= largestDate ? milliseconds : noTime;
  };
}
