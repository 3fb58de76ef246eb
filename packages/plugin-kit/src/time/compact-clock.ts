import { DOT, ZERO } from "../text/ascii.ts";
import { digitsEnd, digitsOf, scaledReader } from "./epoch-reader.ts";
import type { ClockDigits } from "./time-layout.ts";
import type { TimespecReader } from "./timespec.ts";

/** A reader of numbers of which the last `shift` digits are fractions of a second after midnight. */
function secondsReader(shift: number): TimespecReader {
  const read = scaledReader(shift);
  return (bytes, position, timespec) => {
    const end = read(bytes, position, timespec);
    const isInDay = timespec[0] >= 0 && (timespec[0] < 86_400 || (timespec[0] === 86_400 && timespec[1] === 0));
    return isInDay ? end : -1;
  };
}

/** A reader of digits of hours, minutes and perhaps seconds, of which leading zeros may lack. */
function digitsReader(form: "h" | "hhmm" | "hhmmss"): TimespecReader {
  const most = { h: 2, hhmm: 4, hhmmss: 6 }[form];
  const perHour = { h: 1, hhmm: 100, hhmmss: 10_000 }[form];
  return (bytes, position, timespec) => {
    const point = digitsEnd(bytes, position);
    if (point === position || point - position > most) return -1;
    const value = digitsOf(bytes, position, point);
    const hours = Math.floor(value / perHour);
    const rest = value - hours * perHour;
    const minutes = perHour > 100 ? Math.floor(rest / 100) : rest;
    const seconds = perHour > 100 ? rest - minutes * 100 : 0;
    if (hours > 24 || minutes > 59 || seconds > 59 || (hours === 24 && rest > 0)) return -1;
    timespec[0] = hours * 3600 + minutes * 60 + seconds;
    timespec[1] = 0;
    let end = point;
    // Programs that keep numbers as floats write 930.0.
    if (bytes[end] === DOT) for (end++; bytes[end] === ZERO; ) end++;
    return end;
  };
}

/**
 * A reader of times of day that are numbers: 930 and 1600 (`hhmm`), 93000 and 160000 (`hhmmss`), 9 and 16 (`h`), 34200
 * (`s`) or 34200000 (`ms`). The end of the day is `2400`, `240000`, and so on.
 */
export function compactClockReader(form: ClockDigits): TimespecReader {
  if (form === "s") return secondsReader(0);
  return form === "ms" ? secondsReader(3) : digitsReader(form);
}
