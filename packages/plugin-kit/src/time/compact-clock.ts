import { DOT, ZERO } from "../text/ascii.ts";
import { digitsEnd, digitsOf } from "./epoch-reader.ts";
import type { TimespecReader } from "./timespec.ts";

/**
 * A reader of times of day that are numbers, so that leading zeros may lack: 930 and 1600 (`hhmm`), or 93000 and 160000
 * (`hhmmss`). `2400` is the end of the day.
 */
export function compactClockReader(form: "hhmm" | "hhmmss"): TimespecReader {
  const most = form === "hhmm" ? 4 : 6;
  const perHour = form === "hhmm" ? 100 : 10_000;
  return (bytes, position, timespec) => {
    const point = digitsEnd(bytes, position);
    if (point === position || point - position > most) return -1;
    const value = digitsOf(bytes, position, point);
    const hours = Math.floor(value / perHour);
    const rest = value - hours * perHour;
    const minutes = form === "hhmm" ? rest : Math.floor(rest / 100);
    const seconds = form === "hhmm" ? 0 : rest - minutes * 100;
    if (hours > 24 || minutes > 59 || seconds > 59 || (hours === 24 && rest > 0)) return -1;
    timespec[0] = hours * 3600 + minutes * 60 + seconds;
    timespec[1] = 0;
    let end = point;
    // Programs that keep numbers as floats write 930.0.
    if (bytes[end] === DOT) for (end++; bytes[end] === ZERO; ) end++;
    return end;
  };
}
