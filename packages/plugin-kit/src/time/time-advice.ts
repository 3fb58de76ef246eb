import type { TimeLayout } from "./time-layout.ts";
import { isNumberText } from "./time-samples.ts";

/** How the times of a source are written, in words, for messages on a time that is not. */
export function timesInWords({ time, usual, timeStyle, localTime, zoneName, isDateOnly }: TimeLayout): string {
  if (time === "number")
    return localTime === undefined
      ? `numbers that are times between 1980 and 2100, most in ${usual}`
      : `digits of local times, most ${usual}`;
  if (time !== "iso" && time !== "loose") return `numbers in ${time}`;
  const { dateOrder, isTwelveHour, isZoned } = timeStyle;
  const date = { ymd: "2024-01-31", dmy: "31/01/2024", mdy: "01/31/2024" }[dateOrder];
  if (isDateOnly)
    return `such as ${date}, without a time of day, because the first rows have none and timeZone is given`;
  const example = `${date}, ${date} ${isTwelveHour ? "9:30 PM" : "21:30:00.123"}${isZoned ? "Z or +01:00" : ""}`;
  const name = zoneName === undefined ? "" : ` ${zoneName}`;
  if (localTime !== undefined)
    return `such as ${example}${name}, in ${localTime.timeZone}, which must have it exactly once`;
  return `such as ${example}, ${isZoned ? "with a zone like most others" : "without a zone like most others"}`;
}

/** The option that may read a text that is not a time, as the start of a sentence; "" if there is none. */
export function timeAdvice(text: string, { time, usual, timeStyle, localTime }: TimeLayout): string {
  const repeated =
    localTime === undefined || localTime.disambiguation === "infer"
      ? ""
      : "if clocks change at that time, give disambiguation (--source-option disambiguation=infer); else ";
  if (time === "number") {
    if (!isNumberText(text)) return "";
    const value = Number(text);
    // A unit for all numbers would make other times of the dates beside it.
    if (usual?.startsWith("yyyy") === true) return /^\d{12}/.test(text) ? repeated : "";
    return value >= 6.2e17 && value <= 6.63e17
      ? "if the file counts nanoseconds, give --source-option timeUnit=ns; if .NET ticks, timeUnit=ticks; else "
      : `if all times of the file count in one unit, give it (--source-option timeUnit=${usual ?? "s"}); else `;
  }
  if (timeStyle.dateOrder === "ymd" && /^\d{1,2}[-/.]\d{1,2}[-/.]\d{4}/.test(text))
    return 'give dateOrder "dmy" or "mdy" for such dates (--source-option dateOrder=dmy); else ';
  const zone = /\d ?(?<zone>[A-Z][A-Za-z]{1,4}|[A-Z][A-Za-z_]+(?:\/[A-Za-z0-9_+-]+)+)$/.exec(text)?.groups?.["zone"];
  if (zone !== undefined && !/^[AP]M$/i.test(zone))
    return `if "${zone}" is the zone of this time, write it as an offset such as +01:00, or leave out the zones of all times and give timeZone (--time-zone America/New_York); else `;
  return repeated;
}
