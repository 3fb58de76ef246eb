import { type EpochUnit, noTime } from "./epoch-unit.ts";
import { inferredOffset } from "./inferred-time.ts";
import { localOffset } from "./local-time.ts";
import { numberForms } from "./number-form.ts";
import { firstTicksSecond, lastTicksSecond } from "./number-reader.ts";
import type { TimeLayout } from "./time-layout.ts";
import { timeReader } from "./time-reader.ts";
import type { TimeTally } from "./time-tally.ts";
import { afterPlausible, afterSeconds, firstPlausible } from "./time-unit.ts";
import { storeTimespec, timePadding } from "./timespec.ts";

/** What {@link numberTimes} reads. */
export interface NumberTimesInput {
  /** The numbers of some rows. */
  readonly values: BigInt64Array | Float64Array;
  /** Receives their times, in `ms` or `ns`; {@link noTime} for a number that is not a time. As long as `values`. */
  readonly target: BigInt64Array;
  /** The unit of the times. */
  readonly to: "ms" | "ns";
  /** Whether a row has a number. Other rows get `noTime` and are not counted. Default: all have one. */
  readonly isPresent?: ((row: number) => boolean) | undefined;
  /** A number for the symbol of each row, if `disambiguation` is `infer`. */
  readonly series?: ArrayLike<number> | undefined;
}

const word = 2 ** 32;
const longestForm = numberForms.indexOf("yyyymmddhhmmssSSS");
const epochUnits: readonly EpochUnit[] = ["s", "ms", "us", "ns"];
const perSecond = Float64Array.of(1, 1e3, 1e6, 1e9);

/**
 * The form of a whole number that counts from 1970 between 1980 and 2100; -1 for others. Near the ends of a range,
 * rounding may give -1, never a wrong form: those are read as texts.
 */
function epochForm(value: number): number {
  for (let form = 0; form < 4; form++) {
    const seconds = value / perSecond[form];
    // Rounding moves nanoseconds by less than a microsecond.
    if (seconds >= firstPlausible + 1 && seconds < (form === 0 ? afterSeconds : afterPlausible) - 1) {
      const isTicks = form === 3 && seconds >= firstTicksSecond - 1 && seconds <= lastTicksSecond + 1;
      return isTicks ? -1 : form;
    }
  }
  return -1;
}

/**
 * A reader of columns of numbers that are times, row by row by the rules of {@link timeReader}, to which it leaves all
 * numbers but whole ones since 1970. `layout` is that of the numbers as texts. Local times become UTC.
 *
 * @param source - the source's name, for messages
 * @param tally - counts the rows by the form of their times
 */
export function numberTimes(
  source: string,
  layout: TimeLayout,
  tally: TimeTally,
  isTicks: boolean,
): (input: NumberTimesInput) => void {
  const { time, localTime } = layout;
  const timespec = new Float64Array(2);
  const padded = new Uint8Array(400 + timePadding);
  const read = timeReader(layout, tally);
  const isLocal = localTime !== undefined;
  const infers = localTime?.disambiguation === "infer";
  const offsetOf = isLocal && !infers ? localOffset(source, localTime) : undefined;
  const inferred = isLocal && infers ? inferredOffset(source, localTime, isTicks) : undefined;
  if (inferred !== undefined) tally.follow(inferred.assumed);
  /** The unit of whole numbers; -1 if their values decide, -2 if they do not count from 1970. */
  const fixed =
    time === "number" ? -1 : epochUnits.indexOf(time as EpochUnit) < 0 ? -2 : epochUnits.indexOf(time as EpochUnit);

  /** Reads a number as its shortest text, in which the decimals of floats are exact. */
  function readText(text: string, series: number): boolean {
    for (let i = 0; i < text.length; i++) padded[i] = text.charCodeAt(i);
    padded.fill(0, text.length, text.length + timePadding);
    if (text.length > 400 || read(padded, 0, timespec) !== text.length) return false;
    if (layout.isDateOnly && (timespec[0] % 86_400 !== 0 || timespec[1] !== 0)) return false;
    if (offsetOf !== undefined) timespec[0] = timespec[0] - offsetOf(timespec[0]);
    else if (inferred !== undefined) timespec[0] = timespec[0] - inferred.at(timespec[0] + timespec[1] / 1e9, series);
    return true;
  }

  /** Splits a whole number of a unit since 1970, as the halves of an int64, into seconds and nanoseconds. */
  function split(form: number, low: number, high: number): void {
    if (form < 3) {
      const value = high * word + low;
      const seconds = Math.floor(value / perSecond[form]);
      timespec[0] = seconds;
      timespec[1] = (value - seconds * perSecond[form]) * (1e9 / perSecond[form]);
      return;
    }
    // Two steps, each of which is exact: to milliseconds, then to seconds.
    const upper = Math.floor(high / 1e6);
    const rest = (high - upper * 1e6) * word + low;
    const lower = Math.floor(rest / 1e6);
    const milliseconds = upper * word + lower;
    timespec[0] = Math.floor(milliseconds / 1000);
    timespec[1] = (milliseconds - timespec[0] * 1000) * 1e6 + (rest - lower * 1e6);
  }

  return ({ values, target, to, isPresent, series }) => {
    const words = new Int32Array(target.buffer, target.byteOffset, 2 * target.length);
    const halves =
      values instanceof BigInt64Array ? new Int32Array(values.buffer, values.byteOffset, 2 * values.length) : undefined;
    for (let row = 0; row < values.length; row++) {
      let found = false;
      if (isPresent === undefined || isPresent(row)) {
        const low = halves === undefined ? 0 : halves[2 * row] >>> 0;
        const high = halves === undefined ? 0 : halves[2 * row + 1];
        const value = halves === undefined ? (values[row] as number) : high * word + low;
        const isWhole = halves !== undefined || Number.isSafeInteger(value);
        let form = fixed === -1 || (fixed >= 0 && isWhole) ? epochForm(value) : -1;
        if (fixed >= 0 && form !== fixed) form = -1;
        if (form >= 0 && isWhole && !isLocal && !layout.isDateOnly) {
          tally.form = fixed >= 0 ? tally.usual : form;
          if (halves === undefined) split(form, value - Math.floor(value / word) * word, Math.floor(value / word));
          else split(form, low, high);
          found = true;
        } else if (halves !== undefined || (Number.isFinite(value) && Math.abs(value) < 1e21))
          found = readText(String(values[row]), series?.[row] ?? 0);
        // A float has no room for 17 digits: the last one would be a guess.
        if (halves === undefined && tally.form === longestForm) found = false;
        found &&= storeTimespec(timespec, to, words, row);
        if (found && tally.form !== tally.usual) tally.count();
      }
      if (!found) target[row] = noTime;
    }
  };
}
