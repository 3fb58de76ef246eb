import type { ReadingNote } from "@atc/contract";
import { SPACE } from "../text/ascii.ts";
import { compactClockReader } from "./compact-clock.ts";
import { inferredOffset } from "./inferred-time.ts";
import { isoReader } from "./iso-reader.ts";
import { localOffset } from "./local-time.ts";
import { clockReader, looseReader } from "./loose-reader.ts";
import { numberReader, unitReader } from "./number-reader.ts";
import type { TimeLayout } from "./time-layout.ts";
import { type TimeTally, timeTally } from "./time-tally.ts";
import type { TimespecReader } from "./timespec.ts";

/** A reader of times after each of which a space and the name of one zone follow. */
function namedZoneReader(read: TimespecReader, zoneName: string): TimespecReader {
  const name = new TextEncoder().encode(zoneName);
  return (bytes, position, timespec) => {
    let at = read(bytes, position, timespec);
    if (at < 0 || bytes[at] !== SPACE) return -1;
    at++;
    for (let i = 0; i < name.length; i++) if (bytes[at + i] !== name[i]) return -1;
    return at + name.length;
  };
}

/**
 * A reader of the texts of times, or of the dates if the time of day has a column of its own. Times that name no zone
 * are read as written; {@link rowTimes} converts them. Use one reader per file.
 *
 * @param tally - receives the form of each time
 */
export function timeReader(layout: TimeLayout, tally: Pick<TimeTally, "form"> = timeTally(layout)): TimespecReader {
  const { time, timeStyle, hasClock, zoneName, localTime } = layout;
  const style = hasClock ? { ...timeStyle, isZoned: false, isTwelveHour: false } : timeStyle;
  if (time === "number") return numberReader(tally, localTime !== undefined);
  if (time !== "iso" && time !== "loose") return unitReader(time, tally);
  const read = time === "loose" ? looseReader(style) : isoReader(style.isZoned, style.isOffsetKept);
  return zoneName === undefined || hasClock ? read : namedZoneReader(read, zoneName);
}

/** Reads the times of rows: dates and times of day, joined and converted to UTC. */
export interface RowTimes {
  /** Seconds and nanoseconds: of the date or time as read, then, after `join`, of the row's time in UTC. */
  readonly timespec: Float64Array;
  /** Seconds and nanoseconds of the time of day, if that has a column of its own. */
  readonly clock: Float64Array;
  /** Reads the time, or the date, into `timespec`. */
  readonly readTime: TimespecReader;
  /** Reads the time of day into `clock`. */
  readonly readClock: TimespecReader;
  /** Counts rows by the form of their time. */
  readonly tally: TimeTally;
  /** What the rows so far show. */
  notes(): readonly ReadingNote[];
  /**
   * Joins date and time of day, and converts them to UTC. False if there is no such time, or if the row cannot be what
   * the layout says. Call it in the order of rows, once per row that is kept.
   *
   * @param series - a number for the row's symbol, of which `disambiguation: "infer"` follows the order
   */
  join(series: number): boolean;
}

/**
 * The reader of the times of a source's rows.
 *
 * @param source - the source's name, for messages
 * @param isTicks - whether rows may share a time
 */
export function rowTimes(source: string, layout: TimeLayout, isTicks: boolean): RowTimes {
  const { hasClock, clockForm, timeStyle, localTime, isDateOnly } = layout;
  const timespec = new Float64Array(2);
  const clock = new Float64Array(2);
  const tally = timeTally(layout);
  const infers = localTime?.disambiguation === "infer";
  const offsetOf = localTime === undefined || infers ? undefined : localOffset(source, localTime);
  const inferred = infers && localTime !== undefined ? inferredOffset(source, localTime, isTicks) : undefined;
  if (inferred !== undefined) tally.follow(inferred.assumed);
  return {
    timespec,
    clock,
    tally,
    notes: tally.notes,
    readTime: timeReader(layout, tally),
    readClock: clockForm === "written" ? clockReader(timeStyle) : compactClockReader(clockForm),
    join: (series) => {
      if (hasClock) {
        // A date with a time of day of its own leaves open what the other column is.
        if (timespec[0] % 86_400 !== 0 || timespec[1] !== 0) return false;
        timespec[0] = timespec[0] + clock[0];
        timespec[1] = clock[1];
      }
      if (isDateOnly && (timespec[0] % 86_400 !== 0 || timespec[1] !== 0)) return false;
      if (offsetOf !== undefined) timespec[0] = timespec[0] - offsetOf(timespec[0]);
      else if (inferred !== undefined) timespec[0] = timespec[0] - inferred.at(timespec[0] + timespec[1] / 1e9, series);
      return !Number.isNaN(timespec[0]);
    },
  };
}
